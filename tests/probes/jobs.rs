//! What workers, queues and applications say.

use super::Probe;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "exception class",
        head: "<comma> WARN  [worker-<n:1-8>] com.shop.Orders - ",
        others: &[
            (18, "order <n> waited <n:100-9000> ms for its turn"),
            (14, "queue orders holds <n:1-900> entries"),
        ],
        message: (20, "order <n> put back: <value>"),
        usual: &[
            (5, "java.net.SocketTimeoutException"),
            (4, "java.sql.SQLTransientException"),
            (3, "com.shop.StockException"),
        ],
        change: "java.lang.OutOfMemoryError",
        times: 1,
        restart: &["stopping, <n:1-8> workers", "started in <n:900-9000> ms, pid <pid>"],
    },
    Probe {
        name: "exception of a retry",
        head: "[<comma>: INFO/ForkPoolWorker-<n:1-8>] ",
        others: &[
            (18, "Task shop.tasks.mail[<uuid>] received"),
            (16, "Task shop.tasks.mail[<uuid>] succeeded in <n:0-9>.<n:1000-99999>s: None"),
        ],
        message: (20, "Task shop.tasks.charge[<uuid>] retry: Retry in <n:1-90>s: <value>"),
        usual: &[(5, "ConnectionError()"), (4, "ReadTimeout()"), (3, "RateLimited()")],
        change: "CertificateError()",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "celery state",
        head: "[<comma>: INFO/MainProcess] ",
        others: &[
            (18, "Task shop.tasks.report[<uuid>] received"),
            (8, "sync with celery@w<n:1-9>: <n:0-90> tasks"),
        ],
        message: (26, "Task shop.tasks.report[<uuid>] state: <value> after <n:0-90>.<n:10-99>s"),
        usual: &[(8, "SUCCESS"), (3, "RETRY")],
        change: "REVOKED",
        times: 1,
        restart: &["celery@w<n:1-9> leaves", "celery@w<n:1-9> ready."],
    },
    Probe {
        name: "supervisor exit status",
        head: "<comma> INFO ",
        others: &[
            (18, "spawned: 'worker_<n:0-15>' with pid <next>"),
            (
                16,
                "success: worker_<n:0-15> entered RUNNING state, process has stayed up for > than <n:1-10> seconds",
            ),
        ],
        message: (20, "exited: worker_<n:0-15> (<value>)"),
        usual: &[(8, "exit status 0; expected"), (3, "exit status 1; not expected")],
        change: "exit status 139; not expected",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "php-fpm signal",
        head: "[<plain>] NOTICE: ",
        others: &[
            (16, "[pool www] child <next> started"),
            (10, "[pool www] <n:1-30> idle and <n:1-30> active children"),
        ],
        message: (
            18,
            "[pool www] child <next> exited on signal <value> after <n:1-9000>.<n:100000-999999> seconds from start",
        ),
        usual: &[(6, "15"), (3, "3")],
        change: "11",
        times: 1,
        restart: &["fpm is finishing, bye-bye!", "fpm is running, pid <pid>"],
    },
    Probe {
        name: "err= in quotes",
        head: "ts=<iso> level=warn ",
        others: &[
            (16, "caller=sync.go:<n:20-60> dir=/data/<hex:2> files=<n:1-900> took=<n:1-90>ms"),
            (10, "caller=gc.go:77 freed=<n> heap=<n>"),
        ],
        message: (20, "caller=upload.go:131 part=<n:1-900> attempt=<n:1-3> err=\"<value>\""),
        usual: &[(5, "context canceled"), (4, "unexpected EOF"), (3, "broken pipe")],
        change: "disk quota exceeded",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "msg= of one word",
        head: "<iso> uploader[<pid>] ",
        others: &[(16, "chunk <hex:16> of <n> bytes sent in <n:1-900> ms"), (10, "<n:1-90> chunks wait")],
        message: (20, "stage=upload file=<hex:12> msg=<value>"),
        usual: &[(5, "queued"), (4, "sent"), (3, "again")],
        change: "readonly",
        times: 1,
        restart: &["uploader ends", "uploader begins, <n:1-9> threads"],
    },
    Probe {
        name: "msg= in logfmt",
        head: "time=<iso> level=warn ",
        others: &[
            (16, "msg=\"slow flush\" took=<n:100-9000>ms chunks=<n:1-90>"),
            (12, "msg=\"series limit near\" tenant=t<n:1-40> series=<n>"),
        ],
        message: (22, "msg=\"push refused\" tenant=t<n:1-40> reason=<value> bytes=<n>"),
        usual: &[(5, "rate_limited"), (4, "too_old")],
        change: "no_license",
        times: 3,
        restart: &[],
    },
    Probe {
        name: "reason of a worker",
        head: "{\"time\":\"<iso>\",\"level\":\"info\",\"logger\":\"pool\",\"pid\":<pid>,",
        others: &[
            (18, "\"message\":\"job <next> taken after <n:1-900> ms\"}"),
            (14, "\"message\":\"<n:1-90> jobs wait\"}"),
        ],
        message: (20, "\"message\":\"worker <n:1-16> stopped, reason=<value>\"}"),
        usual: &[(6, "drained"), (4, "idle")],
        change: "poisoned",
        times: 1,
        restart: &["\"message\":\"pool closes\"}", "\"message\":\"pool of <n:8-16> workers\"}"],
    },
    Probe {
        name: "spring answer",
        head: "<iso>  INFO <pid> --- [nio-8080-exec-<n:1-10>] ",
        others: &[
            (20, "c.shop.cart.CartService                  : cart <n> priced in <n:1-900> ms"),
            (12, "c.shop.stock.StockClient                 : <n:1-90> items of shelf <n:1-900> reserved"),
        ],
        message: (26, "o.s.web.servlet.DispatcherServlet        : Completed <value>"),
        usual: &[(8, "200 OK"), (3, "404 NOT_FOUND"), (2, "201 CREATED")],
        change: "500 INTERNAL_SERVER_ERROR",
        times: 1,
        restart: &[
            "com.shop.Application                     : Stopping, <n:1-9> requests left",
            "com.shop.Application                     : Started Application in <n:3-30>.<n:100-999> seconds",
        ],
    },
];
