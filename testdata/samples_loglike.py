"""The files of testdata/loglike/: invented messages in well-known dresses. Called by make_samples.py."""
from datetime import datetime, timedelta

START = datetime(2026, 3, 2, 6, 0, 0)  # a Monday
USERS = ["deploy", "maria", "kofi", "backup", "ines"]


def walk(dice, count, seconds):
    """`count` moments, `seconds` apart on average."""
    moment = START
    for n in range(count):
        moment += timedelta(seconds=dice.wait(1 / seconds), microseconds=dice.between(0, 999))
        yield n, moment


def choose(dice, shares):
    """One of [(share, make)], made now."""
    at = dice.random() * sum(share for share, _ in shares)
    for share, make in shares:
        at -= share
        if at < 0:
            return make()
    return shares[-1][1]()


def host6(dice):
    return f"2001:db8:{dice.between(1, 9)}::{dice.between(16, 255):x}"


def syslog(dice):
    pid = lambda: dice.between(900, 31000)
    kinds = [
        (6, lambda: f"sshd[{pid()}]: Accepted publickey for {dice.pick(USERS)} from {dice.address()} port {dice.between(32768, 60999)} ssh2"),
        (6, lambda: f"sshd[{pid()}]: pam_unix(sshd:session): session opened for user {dice.pick(USERS)}(uid={dice.between(1000, 1005)}) by (uid=0)"),
        (3, lambda: f"sshd[{pid()}]: Failed password for invalid user {dice.pick(['test', 'guest', 'oracle'])} from {host6(dice)} port {dice.between(32768, 60999)} ssh2"),
        (3, lambda: f"sshd[{pid()}]: Connection closed by authenticating user root {dice.address()} port {dice.between(32768, 60999)} [preauth]"),
        (7, lambda: f"CRON[{pid()}]: (www-data) CMD (/usr/local/bin/rotate-thumbnails --max {dice.between(5, 50)})"),
        (4, lambda: f"CRON[{pid()}]: (root) CMD (test -x /usr/sbin/tidy && /usr/sbin/tidy --quiet)"),
        (3, lambda: f"kernel: [{dice.between(100, 99999)}.{dice.between(100000, 999999)}] usb 1-{dice.between(1, 4)}: new high-speed USB device number {dice.between(2, 40)} using xhci_hcd"),
        (2, lambda: f"kernel: [{dice.between(100, 99999)}.{dice.between(100000, 999999)}] eth0: link is up at {dice.pick([100, 1000])} Mbps, full duplex"),
        (1, lambda: f"kernel: [{dice.between(100, 99999)}.{dice.between(100000, 999999)}] Out of memory: killed process {pid()} (thumbnailer) total-vm:{dice.between(100000, 900000)}kB"),
        (1, lambda: f"systemd[1]: Started tidy.service - weekly tidy of {dice.pick(['/srv', '/home'])}."),
    ]
    return [f"{t.strftime('%b')} {t.day:2} {t.strftime('%H:%M:%S')} gate-{dice.between(1, 2)} {choose(dice, kinds)}" for _, t in walk(dice, 160, 35)]


def nginx_access(dice):
    agents = ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/8.5.0",
              "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15", "probe/1.2 (+https://probe.example.com/)"]
    made = []
    for _, t in walk(dice, 140, 6):
        client = host6(dice) if dice.chance(0.2) else dice.address()
        path = dice.pick(["/", f"/articles/{dice.between(1, 900)}", "/style.css", f"/search?q={dice.pick(['lamp', 'blue+chair', 'desk'])}&page={dice.between(1, 9)}", "/api/cart"])
        status = dice.pick([200] * 12 + [304, 304, 301, 404, 499, 502])
        made.append(f'{client} - {dice.pick(["-", "-", "-", "maria"])} [{t.strftime("%d/%b/%Y:%H:%M:%S")} +0000] "{dice.pick(["GET", "GET", "GET", "POST"])} {path} HTTP/1.1" '
                    f'{status} {dice.between(120, 48000)} "{dice.pick(["-", "https://www.example.com/"])}" "{dice.pick(agents)}"')
    return made


def nginx_error(dice):
    kinds = [
        (5, lambda: f'[error] 31#31: *{dice.between(100, 9999)} connect() failed (111: Connection refused) while connecting to upstream, client: {dice.address()}, server: shop.example.com, request: "GET /api/cart HTTP/1.1", upstream: "http://192.0.2.80:8080/api/cart", host: "shop.example.com"'),
        (5, lambda: f'[warn] 31#31: *{dice.between(100, 9999)} an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/{dice.between(1, 9)}/{dice.between(10, 99)}/{dice.between(1000000, 9999999):010} while reading upstream, client: {dice.address()}, server: shop.example.com'),
        (4, lambda: f'[error] 31#31: *{dice.between(100, 9999)} open() "/srv/www/{dice.pick(["robots.txt", "icon.png", "old/index.html"])}" failed (2: No such file or directory), client: {dice.address()}, server: _'),
        (3, lambda: f"[notice] 1#1: signal {dice.pick([1, 17, 29])} received, worker processes {dice.between(2, 4)}"),
        (1, lambda: f"[crit] 31#31: *{dice.between(100, 9999)} SSL_do_handshake() failed while SSL handshaking, client: {host6(dice)}, server: [::]:443"),
    ]
    return [f"{t.strftime('%Y/%m/%d %H:%M:%S')} {choose(dice, kinds)}" for _, t in walk(dice, 80, 40)]


def apache_error(dice):
    kinds = [
        (6, lambda: ("core:error", f"[client {dice.address()}:{dice.between(32768, 60999)}] AH00126: Invalid URI in request GET /..%2f HTTP/1.1")),
        (6, lambda: ("proxy:warn", f"AH01144: no handler valid for /reports/{dice.between(2020, 2026)}")),
        (5, lambda: ("mpm_event:notice", f"AH00489: Apache/2.4.{dice.between(57, 62)} configured, resuming normal operations")),
        (4, lambda: ("authz_core:error", f"[client {dice.address()}:{dice.between(32768, 60999)}] AH01630: client denied by server configuration: /srv/www/private/{dice.pick(['a', 'b', 'c'])}.html")),
        (2, lambda: ("ssl:info", f"[client {host6(dice)}:{dice.between(32768, 60999)}] AH01964: connection to child {dice.between(0, 63)} established (server www.example.org:443)")),
    ]
    made = []
    for _, t in walk(dice, 80, 50):
        module, text = choose(dice, kinds)
        made.append(f"[{t.strftime('%a %b %d %H:%M:%S.%f %Y')}] [{module}] [pid {dice.between(2000, 2040)}:tid {dice.between(100, 140)}] {text}")
    return made


def log4j(dice):
    kinds = [
        (8, lambda: ("INFO ", "c.e.ledger.Poster", f"posted {dice.between(1, 40)} entries to account AC-{dice.between(1000, 9999)}")),
        (6, lambda: ("DEBUG", "c.e.ledger.Cursor", f"cursor moved from {dice.between(1, 9) * 1000} to {dice.between(10, 19) * 1000} [lag={dice.between(0, 40)}]")),
        (4, lambda: ("INFO ", "c.e.ledger.web.Access", f"user={dice.pick(USERS)} action={dice.pick(['view', 'export', 'edit'])} took={dice.between(2, 300)}ms")),
        (3, lambda: ("WARN ", "c.e.ledger.Lock", f"lock held for {dice.between(1000, 9000)} ms by thread poster-{dice.between(1, 8)}")),
        (1, lambda: ("ERROR", "c.e.ledger.Poster", f"entry {dice.hexes(12)} refused\njava.lang.IllegalStateException: account AC-{dice.between(1000, 9999)} is closed\n"
                     "\tat com.example.ledger.Account.post(Account.java:88)\n\tat com.example.ledger.Poster.run(Poster.java:41)\n\t... 6 more")),
    ]
    made = []
    for _, t in walk(dice, 110, 4):
        level, logger, text = choose(dice, kinds)
        made.extend(f"{t.strftime('%Y-%m-%d %H:%M:%S')},{t.microsecond // 1000:03} {level} [poster-{dice.between(1, 8)}] {logger} - {text}".split("\n"))
    return made


def klog(dice):
    pod = lambda: f"{dice.pick(['web', 'cart', 'mail'])}-{dice.hexes(9)}-{dice.pick(['x7k2q', 'm4t9z', 'b8w5n', 'p3r6d'])}"
    kinds = [
        (6, lambda: ("I", "reconciler.go:224", f'volume mounted volume="data" pod="shop/{pod()}"')),
        (5, lambda: ("I", "topology.go:171", f"keeping {dice.between(2, 16)} of {dice.between(16, 32)} candidates")),
        (4, lambda: ("W", "watcher.go:93", f"watch of *v1.Basket closed with {dice.between(1, 40)} items unread")),
        (2, lambda: ("E", "pod_workers.go:951", f'error syncing pod, skipping: back-off {dice.pick([10, 20, 40])}s restarting failed container pod="shop/{pod()}"')),
        (1, lambda: ("F", "main.go:37", f"cannot bind to {dice.address()}:10250: address already in use")),
    ]
    made = []
    for _, t in walk(dice, 80, 8):
        letter, place, text = choose(dice, kinds)
        made.append(f"{letter}{t.strftime('%m%d %H:%M:%S.%f')} {dice.between(1, 9):7} {place}] {text}")
    return made


def android(dice):
    kinds = [
        (6, lambda: ("D", "LampService", f"brightness {dice.between(0, 255)} -> {dice.between(0, 255)} in {dice.between(20, 400)}ms")),
        (5, lambda: ("V", "LampView", f"onLayout changed={dice.pick(['true', 'false'])} rect=({dice.between(0, 9)},{dice.between(0, 9)}-{dice.between(700, 1080)},{dice.between(1200, 1920)})")),
        (4, lambda: ("I", "RoomStore", f"loaded {dice.between(1, 12)} rooms for home 0x{dice.hexes(8)}")),
        (3, lambda: ("W", "RadioLink", f"weak signal {-dice.between(70, 99)} dBm on channel {dice.between(11, 26)}")),
        (1, lambda: ("E", "RadioLink", f"bridge at {dice.address()} does not answer, code={-dice.between(1, 5)}")),
    ]
    made = []
    for _, t in walk(dice, 120, 2):
        letter, tag, text = choose(dice, kinds)
        made.append(f"{t.strftime('%m-%d %H:%M:%S')}.{t.microsecond // 1000:03} {dice.between(1500, 1520):5} {dice.between(1500, 1620):5} {letter} {tag}: {text}")
    return made


def cluster(dice):
    """Epoch seconds first, then date and node: the header of a machine room's collector."""
    kinds = [
        (6, lambda: ("fan", "INFO", f"fan {dice.between(1, 6)} at {dice.between(3000, 6200)} rpm")),
        (5, lambda: ("memory", "INFO", f"corrected {dice.between(1, 30)} single-bit flips on dimm {dice.pick('ABCD')}{dice.between(0, 7)}")),
        (3, lambda: ("fabric", "WARN", f"port {dice.between(1, 36)} renegotiated to {dice.pick([25, 50, 100])} Gb/s")),
        (2, lambda: ("batch", "INFO", f"job {dice.between(40000, 49999)} placed on {dice.between(1, 64)} nodes for group astro")),
        (1, lambda: ("power", "ERROR", f"supply {dice.between(1, 2)} lost input, load {dice.between(60, 99)} %")),
    ]
    made = []
    for _, t in walk(dice, 90, 25):
        unit, level, text = choose(dice, kinds)
        epoch = int((t - datetime(1970, 1, 1)).total_seconds())
        made.append(f"{epoch} {t.strftime('%Y.%m.%d')} rack{dice.between(1, 4)}-n{dice.between(1, 32):02} {unit} {level} {text}")
    return made


def make_loglike(write, dice_named):
    made = {"syslog.log": syslog, "nginx-access.log": nginx_access, "nginx-error.log": nginx_error,
            "apache-error.log": apache_error, "log4j.log": log4j, "klog.log": klog,
            "android.log": android, "cluster.log": cluster}
    for name, make in made.items():
        write("loglike/" + name, "".join(line + "\n" for line in make(dice_named(name))).encode())
