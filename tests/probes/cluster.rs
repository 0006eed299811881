//! What container platforms, balancers and brokers say.

use super::Probe;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "docker exit code",
        head: "<nano> ",
        others: &[
            (18, "container <hex:12> started, image shop/cart@sha256:<hex:12>"),
            (14, "network bridge: endpoint <hex:12> joined from <lan>"),
            (10, "image prune freed <n> kB in <n:1-9> layers"),
        ],
        message: (22, "container <hex:12> exited with code <value>"),
        usual: &[(6, "0"), (3, "1"), (3, "143")],
        change: "137",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "docker exit status behind levels",
        head: "time=\"<iso>\" level=info ",
        others: &[
            (18, "msg=\"task <hex:12> created\" namespace=moby"),
            (14, "msg=\"task <hex:12> deleted\" namespace=moby took=<n:1-900>ms"),
        ],
        message: (18, "msg=\"shim <hex:12> exited with status <value>\" namespace=moby"),
        usual: &[(6, "0"), (3, "1"), (2, "2")],
        change: "139",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "kubelet OOMKilled",
        head: "",
        others: &[
            (20, "I<klog> <pid> kubelet.go:2447] \"SyncLoop (PLEG): event for pod\" pod=\"shop/cart-<pod>\""),
            (
                14,
                "I<klog> <pid> reconciler.go:231] \"operationExecutor.MountVolume started\" volume=\"data-<n:1-40>\" pod=\"shop/cart-<pod>\"",
            ),
            (
                10,
                "I<klog> <pid> prober.go:107] \"Probe succeeded\" pod=\"shop/cart-<pod>\" latency=\"<n:1-90>ms\"",
            ),
        ],
        message: (
            20,
            "I<klog> <pid> manager.go:580] \"Container terminated\" pod=\"shop/cart-<pod>\" reason=<value>",
        ),
        usual: &[(6, "Completed"), (3, "Error")],
        change: "OOMKilled",
        times: 1,
        restart: &["I<klog> <pid> server.go:415] \"Kubelet version\" version=\"v1.27.3\""],
    },
    Probe {
        name: "pod event Evicted",
        head: "ts=<iso> level=info component=events ",
        others: &[
            (14, "kind=ReplicaSet ns=shop name=cart-<hex:10> desired=<n:1-9> ready=<n:1-9>"),
            (10, "kind=Node name=node-<n:1-9> cpu=<n:1-99> memory=<n:1-99>"),
        ],
        message: (40, "kind=Pod ns=shop name=cart-<pod> reason=<value>"),
        usual: &[(5, "Scheduled"), (5, "Pulled"), (5, "Created"), (5, "Started"), (3, "Killing")],
        change: "Evicted",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "health dead",
        head: "<iso> monitor[<pid>] ",
        others: &[
            (14, "round <next> over <n:12-16> components took <n:20-900> ms"),
            (8, "silence until <epoch> for component <word>"),
        ],
        message: (30, "component=shard-<n:1-12> health=<value> lag=<n:0-900>"),
        usual: &[(8, "ok"), (2, "degraded")],
        change: "dead",
        times: 3,
        restart: &["monitor ends", "monitor <n:2-4> begins, <n:12-16> components"],
    },
    Probe {
        name: "server state DOWN",
        head: "<syslog> lb-1 lbprobe[<pid>]: ",
        others: &[
            (14, "reload of certificates done, <n:10-40> files"),
            (12, "table app: <n:0-9000> entries, <n:0-90> expired"),
        ],
        message: (26, "backend app/web<n:1-9> <lan>:8080 state: <value> weight <n:1-100>"),
        usual: &[(8, "UP"), (2, "MAINT"), (2, "DRAIN")],
        change: "DOWN",
        times: 1,
        restart: &["lbprobe leaves", "lbprobe takes over, <n:3-9> backends"],
    },
    Probe {
        name: "haproxy health check",
        head: "<syslog> lb-2 haproxy[<pid>]: ",
        others: &[
            (20, "Connect from <ip>:<port> to 10.4.0.2:443 (fe_main/HTTP)"),
            (10, "Stopping proxy stats<n:1-9> in <n:0-90> ms."),
        ],
        message: (
            24,
            "Health check for server app/web<n:1-9> succeeded, reason: Layer7 check passed, code: <value>, check duration: <n:1-90>ms, status: <n:1-3>/3 UP.",
        ),
        usual: &[(8, "200"), (3, "302")],
        change: "404",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "gRPC code by name",
        head: "<iso> INFO  rpc ",
        others: &[(14, "stream <next> opened by <lan>:<port>"), (10, "<n:1-90> idle channels closed")],
        message: (30, "finished unary call to shop.Cart/<Get|Add|List> with code = <value> in <n:1-900> ms"),
        usual: &[(8, "OK"), (3, "NotFound")],
        change: "Unavailable",
        times: 1,
        restart: &["server stops, <n:1-9> calls left", "server listens on :50051"],
    },
    Probe {
        name: "gRPC code by number",
        head: "ts=<iso> level=info ",
        others: &[
            (14, "caller=stream.go:<n:20-40> stream=<next> peer=<lan>:<port>"),
            (10, "caller=pool.go:88 idle=<n:1-90> open=<n:1-90>"),
        ],
        message: (
            30,
            "caller=unary.go:41 method=/shop.Cart/<Get|Add|List> grpc_code=<value> took_ms=<n:1-900>",
        ),
        usual: &[(8, "0"), (3, "5")],
        change: "14",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "kafka error code",
        head: "[<comma>] ",
        others: &[
            (
                16,
                "INFO [GroupCoordinator <n:1-3>]: Member consumer-<n:1-9>-<uuid> joined, generation <n:1-900> (kafka.coordinator.group.GroupCoordinator)",
            ),
            (
                14,
                "INFO [Log partition=orders-<n:0-23>, dir=/var/kafka] Rolled new log segment at offset <next> in <n:1-90> ms. (kafka.log.Log)",
            ),
        ],
        message: (
            22,
            "INFO [Broker id=<n:1-3>] Fetch response for orders-<n:0-23> at offset <next>: error code <value> (kafka.server.ReplicaFetcher)",
        ),
        usual: &[(8, "0"), (3, "6")],
        change: "56",
        times: 1,
        restart: &[
            "INFO [KafkaServer id=<n:1-3>] shut down completed (kafka.server.KafkaServer)",
            "INFO [KafkaServer id=<n:1-3>] started (kafka.server.KafkaServer)",
        ],
    },
    Probe {
        name: "replica role",
        head: "<dot> [<pid>] ",
        others: &[
            (18, "INFO raft: append of <n:1-90> entries up to index <next>"),
            (12, "INFO snapshot <hex:8> of <n> bytes sent to replica <n:1-5>"),
        ],
        message: (22, "INFO replica <n:1-5> role=<value> term=<n:1-90> index=<next>"),
        usual: &[(4, "leader"), (8, "follower")],
        change: "orphan",
        times: 1,
        restart: &["INFO leaving the cluster", "INFO joined the cluster as replica <n:1-5>"],
    },
];
