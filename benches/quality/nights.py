"""Thirty nights of a syslog through `logsurge check`, and how many mails they make.

A small server is invented: ssh with its scanners, cron, systemd timers, mail, a database, a web
application, the kernel; with days, nights, weekends, jobs by the clock, an update a week and a
reboot now and then. Fourteen days are learned by the first check; then every check reads on, at
the times cron would, and three faults are in the log: a disk that fails, a mail queue that cannot
deliver, and a login that is tried a hundred times a minute.

    python3 benches/quality/nights.py --bin target/release/logsurge --seeds 1-5 [--every 24h|1h]
"""
import argparse, collections, datetime as dt, math, os, random, subprocess, sys, tempfile

DAYS_LEARNED, NIGHTS = 14, 30
START = dt.datetime(2026, 9, 7, tzinfo=dt.timezone.utc)  # a Monday
USERS = ["anna", "bert", "carla", "deploy", "backup"]
GUESSED = ["admin", "test", "oracle", "ubuntu", "pi", "git", "postgres", "user", "ftp", "nagios", "root1", "guest"]


class Server:
    """Lines of one machine, in order of time."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []

    def say(self, at, program, text, pid=None):
        tag = f"{program}[{pid}]" if pid is not None else program
        self.lines.append((at, f"srv7 {tag}: {text}"))

    def pid(self):
        return self.random.randint(400, 99999)

    def ip(self):
        return ".".join(str(self.random.randint(1, 254)) for _ in range(4))

    def poisson_times(self, day, per_day, shape=lambda hour: 1.0):
        """Times of a day, busier where the shape is higher."""
        weights = [shape(hour) for hour in range(24)]
        mean = sum(weights) / 24
        for hour in range(24):
            rate = per_day / 24 * weights[hour] / mean
            count = self.random.gauss(rate, math.sqrt(rate)) if rate > 30 else self.poisson(rate)
            for _ in range(max(0, round(count))):
                yield day + dt.timedelta(hours=hour, seconds=self.random.random() * 3600)

    def poisson(self, mean):
        limit, k, product = math.exp(-mean), 0, self.random.random()
        while product > limit:
            k, product = k + 1, product * self.random.random()
        return k

    def day(self, index):
        day, rnd = START + dt.timedelta(days=index), self.random
        weekend = day.weekday() >= 5
        office = lambda hour: (0.3 if weekend else 1.0) * (1.0 if 8 <= hour < 18 else 0.08) + 0.02
        for at in self.poisson_times(day, 140 if weekend else 420, office):
            self.session(at, rnd.choice(USERS[:3]))
        # Scanners come in waves.
        for at in self.poisson_times(day, 60):
            self.scanner(at)
        for minute in range(0, 24 * 60, 5):
            at = day + dt.timedelta(minutes=minute, seconds=1 + rnd.random())
            pid = self.pid()
            self.say(at, "CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", pid)
            self.say(at, "CRON", "(root) CMD (test -x /usr/lib/monitor/collect && /usr/lib/monitor/collect)", pid + 1)
            self.say(at + dt.timedelta(seconds=rnd.random() * 2), "CRON", "pam_unix(cron:session): session closed for user root", pid)
        for hour in range(24):
            at = day + dt.timedelta(hours=hour, minutes=17, seconds=1)
            self.say(at, "CRON", "(root) CMD (cd / && run-parts --report /etc/cron.hourly)", self.pid())
        self.timers(day)
        self.mail(day, weekend)
        self.database(day)
        self.web(day, weekend)
        for at in self.poisson_times(day, 25):
            self.say(at, "kernel", f"[{rnd.randint(10**5, 10**7)}.{rnd.randint(10**5, 10**6 - 1)}] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:{rnd.randint(10, 99)}:ab:cd SRC={self.ip()} DST=10.0.0.7 LEN={rnd.randint(40, 60)} TOS=0x00 PROTO=TCP SPT={rnd.randint(1024, 65535)} DPT={rnd.choice([23, 445, 3389, 8080])}")
        if rnd.random() < 0.3:
            at = day + dt.timedelta(seconds=rnd.random() * 86400)
            self.say(at, "kernel", f"[{rnd.randint(10**5, 10**7)}.123456] perf: interrupt took too long ({rnd.randint(2500, 6000)} > {rnd.randint(2500, 6000)}), lowering kernel.perf_event_max_sample_rate to {rnd.randint(20, 80) * 1000}")
        if index % 7 == 6:
            self.update(day)
        if index in (9, 24, 38):
            self.reboot(day + dt.timedelta(hours=4, minutes=30))

    def session(self, at, user):
        pid, port = self.pid(), self.random.randint(30000, 60000)
        ip = f"10.0.3.{self.random.randint(2, 40)}"
        self.say(at, "sshd", f"Accepted publickey for {user} from {ip} port {port} ssh2: ED25519 SHA256:{self.random.getrandbits(120):030x}", pid)
        self.say(at, "sshd", f"pam_unix(sshd:session): session opened for user {user}(uid={1000 + USERS.index(user)}) by (uid=0)", pid)
        session = self.random.randint(1, 9999)
        self.say(at, "systemd-logind", f"New session {session} of user {user}.", 611)
        end = at + dt.timedelta(seconds=self.random.expovariate(1 / 900))
        if self.random.random() < 0.2:
            for _ in range(self.random.randint(1, 4)):
                when = at + (end - at) * self.random.random()
                self.say(when, "sudo", f"{user} : TTY=pts/{self.random.randint(0, 5)} ; PWD=/srv/{user} ; USER=root ; COMMAND=/usr/bin/{self.random.choice(['systemctl status shop', 'less /var/log/syslog', 'apt list', 'journalctl -u shop'])}")
        self.say(end, "sshd", f"Received disconnect from {ip} port {port}:11: disconnected by user", pid)
        self.say(end, "sshd", f"Disconnected from user {user} {ip} port {port}", pid)
        self.say(end, "sshd", f"pam_unix(sshd:session): session closed for user {user}", pid)
        self.say(end, "systemd-logind", f"Session {session} logged out. Waiting for processes to exit.", 611)
        self.say(end, "systemd-logind", f"Removed session {session}.", 611)

    def scanner(self, at):
        ip = self.ip()
        for _ in range(1 + int(self.random.expovariate(0.5))):
            pid, port, user = self.pid(), self.random.randint(30000, 60000), self.random.choice(GUESSED)
            self.say(at, "sshd", f"Invalid user {user} from {ip} port {port}", pid)
            if self.random.random() < 0.7:
                self.say(at + dt.timedelta(seconds=2), "sshd", f"Failed password for invalid user {user} from {ip} port {port} ssh2", pid)
            self.say(at + dt.timedelta(seconds=3), "sshd", f"Connection closed by invalid user {user} {ip} port {port} [preauth]", pid)
            at += dt.timedelta(seconds=4 + self.random.random() * 20)
        if self.random.random() < 0.1:
            self.say(at, "sshd", f"error: kex_exchange_identification: Connection closed by remote host", self.pid())
            self.say(at, "sshd", f"Connection closed by {ip} port {self.random.randint(30000, 60000)}", self.pid())

    def timers(self, day):
        def unit(hour, minute, name, title, spread=0):
            at = day + dt.timedelta(hours=hour, minutes=minute, seconds=self.random.random() * spread)
            self.say(at, "systemd", f"Starting {title}...", 1)
            at += dt.timedelta(seconds=1 + self.random.random() * 20)
            if name == "backup":
                self.say(at, "backup", f"{self.random.randint(8000, 9000)} files, {self.random.randint(100, 300)} MB sent in {self.random.randint(60, 200)} s", self.pid())
            self.say(at, "systemd", f"{name}.service: Deactivated successfully.", 1)
            self.say(at, "systemd", f"Finished {title}.", 1)
        unit(0, 0, "logrotate", "Rotate log files")
        unit(2, 30, "backup", "Nightly backup", 60)
        unit(6, 20, "apt-daily", "Daily apt download activities", 3600)
        unit(6, 40, "man-db", "Daily man-db regeneration", 600)
        for hour in (3, 15):
            unit(hour, 5, "certbot", "Certbot", 1800)
        for hour in range(0, 24, 4):
            unit(hour, 41, "fwupd-refresh", "Refresh fwupd metadata", 300)

    def mail(self, day, weekend):
        for at in self.poisson_times(day, 120 if weekend else 300, lambda hour: 1.0 if 7 <= hour < 20 else 0.3):
            queue, pid = f"{self.random.getrandbits(40):010X}", self.pid()
            self.say(at, "postfix/pickup", f"{queue}: uid=33 from=<www-data>", pid)
            self.say(at, "postfix/cleanup", f"{queue}: message-id=<{self.random.getrandbits(60):x}@srv7.example.org>", pid + 1)
            self.say(at, "postfix/qmgr", f"{queue}: from=<www-data@srv7.example.org>, size={self.random.randint(400, 9000)}, nrcpt=1 (queue active)", 1207)
            later = at + dt.timedelta(seconds=1 + self.random.random() * 3)
            to = f"{self.random.choice('abcdefgh')}{self.random.randint(1, 500)}@example.com"
            if self.random.random() < 0.02:
                self.say(later, "postfix/smtp", f"{queue}: to=<{to}>, relay=none, delay=30, delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.com[203.0.113.9]:25: Connection timed out)", pid + 2)
            else:
                self.say(later, "postfix/smtp", f"{queue}: to=<{to}>, relay=mx.example.com[203.0.113.9]:25, delay={self.random.random() * 3:.2f}, delays=0.1/0/0.5/0.8, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {self.random.getrandbits(40):010X})", pid + 2)
                self.say(later, "postfix/qmgr", f"{queue}: removed", 1207)

    def database(self, day):
        for at in self.poisson_times(day, 288):
            self.say(at, "postgres", f"checkpoint complete: wrote {self.random.randint(10, 900)} buffers ({self.random.random() * 5:.1f}%); write={self.random.random() * 30:.3f} s", 802)
        for at in self.poisson_times(day, 6):
            self.say(at, "postgres", f"LOG:  duration: {self.random.randint(1000, 9000)}.{self.random.randint(100, 999)} ms  statement: SELECT * FROM orders WHERE id = {self.random.randint(1, 10**6)}", self.pid())
        for at in self.poisson_times(day, 1.2):
            self.say(at, "postgres", "could not receive data from client: Connection reset by peer", self.pid())

    def web(self, day, weekend):
        shop = lambda hour: 0.15 + math.exp(-((hour - 20) / 4) ** 2) + 0.6 * math.exp(-((hour - 12) / 3) ** 2)
        for at in self.poisson_times(day, 5200 if weekend else 4000, shop):
            order, pid = self.random.randint(10**5, 10**6), 2211
            kind = self.random.random()
            if kind < 0.6:
                self.say(at, "shop", f"INFO  order {order} placed, {self.random.randint(1, 9)} items, {self.random.randint(5, 400)}.{self.random.randint(10, 99)} EUR", pid)
            elif kind < 0.97:
                self.say(at, "shop", f"INFO  payment of order {order} accepted by {self.random.choice(['visa', 'paypal', 'giro'])}", pid)
            elif kind < 0.995:
                self.say(at, "shop", f"WARN  payment of order {order} declined: insufficient funds", pid)
            else:
                self.say(at, "shop", f"WARN  stock service slow: {self.random.randint(800, 3000)} ms", pid)
        for at in self.poisson_times(day, 0.8):
            self.say(at, "shop", f"ERROR payment gateway returned 502, retrying (attempt {self.random.randint(1, 3)})", 2211)

    def update(self, day):
        at = day + dt.timedelta(hours=6, minutes=50)
        for package in self.random.sample(["libssl3", "curl", "tzdata", "openssh-server", "linux-image-amd64", "python3.11", "nginx", "sudo"], 3):
            self.say(at, "unattended-upgrade", f"Packages that will be upgraded: {package}", 9000)
            at += dt.timedelta(seconds=20)
            self.say(at, "dpkg", f"status installed {package}:amd64 {self.random.randint(1, 9)}.{self.random.randint(0, 20)}-{self.random.randint(1, 9)}+deb12u{self.random.randint(1, 9)}", 9001)
        self.say(at, "systemd", "Reloading.", 1)

    def reboot(self, at):
        for name, title in [("ssh", "OpenBSD Secure Shell server"), ("postgresql", "PostgreSQL RDBMS"), ("shop", "Web shop"), ("cron", "Regular background program processing daemon")]:
            self.say(at, "systemd", f"Stopping {title}...", 1)
            self.say(at, "systemd", f"{name}.service: Deactivated successfully.", 1)
            self.say(at, "systemd", f"Stopped {title}.", 1)
        at += dt.timedelta(seconds=40)
        for text in ["Linux version 6.1.0-25-amd64 (debian-kernel@lists.debian.org)", "Command line: BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet", "BIOS-provided physical RAM map:", "DMI: QEMU Standard PC, BIOS 1.16.2", "Memory: 8123456K/8388608K available", "EXT4-fs (vda1): mounted filesystem with ordered data mode", "virtio_net virtio0 eth0: link becomes ready"]:
            self.say(at, "kernel", f"[    {self.random.random() * 9:.6f}] {text}")
        at += dt.timedelta(seconds=5)
        for name, title in [("cron", "Regular background program processing daemon"), ("ssh", "OpenBSD Secure Shell server"), ("postgresql", "PostgreSQL RDBMS"), ("shop", "Web shop")]:
            self.say(at, "systemd", f"Starting {title}...", 1)
            self.say(at, "systemd", f"Started {title}.", 1)
            at += dt.timedelta(seconds=2)
        self.say(at, "sshd", "Server listening on 0.0.0.0 port 22.", 702)

    def faults(self):
        rnd = self.random
        at = START + dt.timedelta(days=DAYS_LEARNED + 6, hours=13, minutes=22)
        for k in range(40):
            when = at + dt.timedelta(seconds=45 * k * rnd.random())
            self.say(when, "kernel", f"[{rnd.randint(10**5, 10**7)}.654321] blk_update_request: I/O error, dev vdb, sector {rnd.randint(10**6, 10**8)} op 0x0:(READ)")
        at = START + dt.timedelta(days=DAYS_LEARNED + 15, hours=9, minutes=5)
        for k in range(260):
            queue = f"{rnd.getrandbits(40):010X}"
            when = at + dt.timedelta(seconds=rnd.random() * 3600)
            self.say(when, "postfix/smtp", f"{queue}: to=<a{rnd.randint(1, 500)}@example.com>, relay=none, delay=30, delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.com[203.0.113.9]:25: Connection timed out)", self.pid())
        at = START + dt.timedelta(days=DAYS_LEARNED + 24, hours=22, minutes=41)
        ip = self.ip()
        for k in range(1500):
            when = at + dt.timedelta(seconds=0.6 * k)
            self.say(when, "sshd", f"Failed password for deploy from {ip} port {rnd.randint(30000, 60000)} ssh2", self.pid())

    def text(self, until):
        pass


def invent(seed):
    server = Server(seed)
    for index in range(DAYS_LEARNED + NIGHTS):
        server.day(index)
    server.faults()
    server.lines.sort(key=lambda line: line[0])
    return server.lines


def play(binary, lines, every, false_alerts):
    """The mails, each with when it came."""
    with tempfile.TemporaryDirectory() as directory:
        log = os.path.join(directory, "syslog")
        at, now, mails = 0, START + dt.timedelta(days=DAYS_LEARNED, hours=6), []
        end = START + dt.timedelta(days=DAYS_LEARNED + NIGHTS, hours=6)
        learned = os.path.join(directory, "b")
        while now <= end:
            with open(log, "a") as file:
                while at < len(lines) and lines[at][0] <= now:
                    file.write(f"{lines[at][0].strftime('%b %e %H:%M:%S')} {lines[at][1]}\n")
                    at += 1
            stamp = now.timestamp()
            os.utime(log, (stamp, stamp))
            clock = now.strftime("%Y-%m-%dT%H:%M:%SZ")
            if not os.path.exists(learned):
                subprocess.run([binary, "learn", "-q", "--tz", "UTC", "-o", learned, log], check=True)
                # What is learned is not judged again.
                run(binary, directory, log, clock, false_alerts, learned, ["--since", clock])
            else:
                ran = run(binary, directory, log, clock, false_alerts, learned, [])
                if ran.stderr:
                    print("stderr:", ran.stderr, file=sys.stderr)
                if ran.stdout:
                    mails.append((now, ran.stdout))
            now += every
        return mails


def run(binary, directory, log, clock, false_alerts, learned, more):
    return subprocess.run(
        [binary, "check", "--clock", clock, "--tz", "UTC", "--state", os.path.join(directory, "state"),
         "--false-alerts", false_alerts, "-b", learned, log] + more,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


FAULTS = ["I/O error, dev vdb", "status=deferred", "Failed password for deploy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--every", default="24h", choices=["24h", "1h", "10m"])
    parser.add_argument("--false-alerts", default="0.1")
    parser.add_argument("-v", action="store_true", help="show the mails")
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    every = {"24h": dt.timedelta(days=1), "1h": dt.timedelta(hours=1), "10m": dt.timedelta(minutes=10)}[args.every]
    for seed in range(int(first), int(last or first) + 1):
        lines = invent(seed)
        mails = play(os.path.abspath(args.bin), lines, every, args.false_alerts)
        found = [sum(fault in mail for _, mail in mails) for fault in FAULTS]
        print(f"seed {seed}: {len(lines)} lines, {len(mails)} mails, faults in {found} of them")
        for now, mail in mails:
            print(f"  {now:%m-%d %H:%M}  {mail.splitlines()[0]}")
            if args.v:
                print("    " + mail.replace("\n", "\n    "))


if __name__ == "__main__":
    main()
