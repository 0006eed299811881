//! What web servers and their clients say.

use super::Probe;

/// Answers of a healthy site.
const HEALTHY: &[(u64, &str)] = &[(88, "200"), (6, "304"), (4, "404"), (3, "301")];

pub const PROBES: &[Probe] = &[
    Probe {
        name: "returned 500",
        head: "<iso> INFO  client ",
        others: &[
            (16, "pool eu-<n:1-3> holds <n:1-90> connections"),
            (12, "token renewed for <n:300-3600> s"),
        ],
        message: (30, "POST https://api.example.com/v1/orders/<n> returned <value> in <n:10-900> ms"),
        usual: &[(8, "200"), (3, "201"), (2, "404")],
        change: "500",
        times: 1,
        restart: &["client ends", "client begins, pid <pid>"],
    },
    Probe {
        name: "status 503",
        head: "<plain> [<pid>] DEBUG: ",
        others: &[
            (16, "crawl of page <n> queued at depth <n:1-9>"),
            (12, "frontier holds <n> pages of <n:1-900> hosts"),
        ],
        message: (30, "Crawled page <n> with status <value> (referer: page <n>)"),
        usual: &[(9, "200"), (3, "301"), (2, "404")],
        change: "503",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "got HTTP 502 from",
        head: "<syslog> app-2 gatewayd[<pid>]: ",
        others: &[(16, "order <n> sent, <n:100-9000> bytes"), (12, "order <n> confirmed after <n:1-900> ms")],
        message: (26, "got HTTP <value> from gateway eu-<n:1-3> for order <n>"),
        usual: &[(8, "200"), (3, "202")],
        change: "502",
        times: 3,
        restart: &["gatewayd ends", "gatewayd begins, <n:2-4> gateways"],
    },
    Probe {
        name: "CLF",
        head: "<ip> - - [<clf>] ",
        others: &[
            (10, "\"GET /static/js/main.<hex:8>.js HTTP/1.1\" <200|200|304> <n>"),
            (14, "\"GET / HTTP/1.1\" <200|200|304> <n>"),
        ],
        message: (60, "\"<GET|GET|POST> /cart/<n> HTTP/1.1\" <value> <n>"),
        usual: HEALTHY,
        change: "500",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "combined",
        head: "<ip> - - [<clf>] ",
        others: &[
            (
                10,
                "\"GET /assets/<word>-<hex:8>.png HTTP/2.0\" <200|200|304> <n> \"https://shop.example.com/\" \"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/<n:110-126>.0\"",
            ),
            (10, "\"GET /search?q=<word>+<word> HTTP/1.1\" 200 <n> \"-\" \"curl/7.88.1\""),
        ],
        message: (
            60,
            "\"GET /item/<n> HTTP/1.1\" <value> <n> \"<-|https://shop.example.com/|https://www.google.com/>\" \"Mozilla/5.0 (<X11; Linux x86_64|Windows NT 10.0; Win64; x64>) Gecko/20100101 Firefox/<n:110-126>.0\"",
        ),
        usual: HEALTHY,
        change: "500",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "JSON with a message",
        head: "{\"time\":\"<iso>\",\"level\":\"info\",\"pid\":<pid>,",
        others: &[
            (16, "\"msg\":\"cart saved\",\"cart\":<n>,\"items\":<n:1-30>}"),
            (12, "\"msg\":\"session opened\",\"session\":\"<hex:16>\",\"peer\":\"<lan>\"}"),
        ],
        message: (
            40,
            "\"msg\":\"request completed\",\"method\":\"<GET|GET|POST>\",\"path\":\"/cart/<n>\",\"status\":<value>,\"ms\":<n:1-900>}",
        ),
        usual: &[(80, "200"), (10, "304"), (8, "404")],
        change: "500",
        times: 1,
        restart: &["\"msg\":\"closing\",\"open\":<n:1-90>}", "\"msg\":\"listening\",\"port\":8080}"],
    },
    Probe {
        name: "JSON without a message",
        head: "{\"ts\":\"<iso>\",\"remote\":\"<ip>\",",
        others: &[(
            12,
            "\"method\":\"GET\",\"uri\":\"/health\",\"status\":200,\"bytes\":2,\"rt\":0.<n:100-999>}",
        )],
        message: (
            50,
            "\"method\":\"<GET|GET|POST|PUT>\",\"uri\":\"/api/v1/orders/<n>\",\"status\":<value>,\"bytes\":<n>,\"rt\":<n:0-9>.<n:100-999>}",
        ),
        usual: HEALTHY,
        change: "500",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "logfmt status",
        head: "ts=<iso> level=info ",
        others: &[
            (14, "component=pool open=<n:1-90> idle=<n:1-90>"),
            (10, "component=cache hits=<n> misses=<n> size=<n>"),
        ],
        message: (
            40,
            "component=http method=<GET|GET|POST> path=/cart/<n> status=<value> bytes=<n> took=<n:1-900>ms",
        ),
        usual: &[(80, "200"), (10, "304"), (8, "404")],
        change: "500",
        times: 1,
        restart: &["component=main shutdown=<n:1-9>", "component=main port=8080 pid=<pid>"],
    },
    Probe {
        name: "haproxy http log",
        head: "<syslog> lb-1 haproxy[<pid>]: <ip>:<port> [<haproxy>] ",
        others: &[(
            10,
            "fe_main be_static/s<n:1-3> 0/0/<n:0-3>/<n:1-90>/<n:1-99> 200 <n> - - ---- <n:1-900>/<n:1-900>/<n:0-9>/<n:0-3>/0 0/0 \"GET /static/<hex:8>.css HTTP/1.1\"",
        )],
        message: (
            50,
            "fe_main be_app/web<n:1-9> 0/0/<n:0-9>/<n:1-900>/<n:1-999> <value> <n> - - ---- <n:1-900>/<n:1-900>/<n:0-90>/<n:0-9>/0 0/0 \"<GET|GET|POST> /cart/<n> HTTP/1.1\"",
        ),
        usual: HEALTHY,
        change: "503",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "ALB",
        head: "https <iso> app/shop/<hex:16> <ip>:<port> <lan>:8080 0.00<n:0-9> 0.<n:100-999> 0.000 ",
        others: &[],
        message: (
            50,
            "<value> <value> <n:100-3000> <n> \"GET https://shop.example.com:443/cart/<n> HTTP/1.1\" \"Mozilla/5.0 (X11; Linux x86_64)\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/<hex:16> \"Root=1-<hex:8>-<hex:24>\" \"shop.example.com\" \"-\" <n:0-9> <iso> \"forward\" \"-\" \"-\"",
        ),
        usual: HEALTHY,
        change: "502",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "nginx connect",
        head: "<nginx> ",
        others: &[
            (16, "[info] <pid>#<pid>: *<next> client <ip> closed keepalive connection"),
            (10, "[notice] <pid>#<pid>: signal <n:14-17> (SIGCHLD) received from <next>"),
        ],
        message: (
            18,
            "[error] <pid>#<pid>: *<next> connect() failed (<value>) while connecting to upstream, client: <ip>, server: shop.example.com, request: \"GET /cart/<n> HTTP/1.1\", upstream: \"http://<lan>:8080/cart/<n>\", host: \"shop.example.com\"",
        ),
        usual: &[(6, "111: Connection refused"), (4, "110: Connection timed out")],
        change: "113: No route to host",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "nginx open",
        head: "<nginx> ",
        others: &[(16, "[info] <pid>#<pid>: *<next> client <ip> closed keepalive connection")],
        message: (
            20,
            "[error] <pid>#<pid>: *<next> open() \"/var/www/<word>.html\" failed (<value>), client: <ip>, server: shop.example.com, request: \"GET /<word>.html HTTP/1.1\", host: \"shop.example.com\"",
        ),
        usual: &[(8, "2: No such file or directory"), (4, "13: Permission denied")],
        change: "24: Too many open files",
        times: 1,
        restart: &["[notice] <pid>#<pid>: exiting", "[notice] <pid>#<pid>: start worker processes"],
    },
];
