//! What databases say, and those who ask them.

use super::Probe;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "oracle internal error",
        head: "<iso> ",
        others: &[
            (18, "Thread 1 advanced to log sequence <next> (LGWR switch)"),
            (14, "Archived Log entry <next> added for thread 1 sequence <n>"),
            (12, "Completed checkpoint up to RBA [0x<hex:6>.2.10], SCN: <n>"),
        ],
        message: (18, "Errors in file /u01/diag/trace/shop_ora_<n:1000-32000>.trc: <value>"),
        usual: &[(5, "ORA-01555"), (4, "ORA-00060")],
        change: "ORA-00600",
        times: 1,
        restart: &["Shutting down instance (immediate)", "Starting ORACLE instance (normal), pid <pid>"],
    },
    Probe {
        name: "oracle behind a job",
        head: "<plain> batch[<pid>]: ",
        others: &[
            (20, "part <n:1-400> of run <next> loaded, <n> rows"),
            (12, "run <next> holds <n:1-400> parts"),
        ],
        message: (20, "part <n:1-400> put off, database said <value>, attempt <n:1-5>"),
        usual: &[(5, "ORA-01555"), (4, "ORA-00060"), (3, "ORA-00054")],
        change: "ORA-00600",
        times: 3,
        restart: &[],
    },
    Probe {
        name: "postgres SQLSTATE",
        head: "<dot> UTC [<next>] ",
        others: &[
            (18, "LOG:  duration: <n:1-900>.<n:100-999> ms  statement: SELECT * FROM orders WHERE id = <n>"),
            (12, "LOG:  checkpoint complete: wrote <n:1-9000> buffers (<n:1-30>.<n:0-9>%)"),
            (10, "LOG:  connection authorized: user=app database=shop port=<port>"),
        ],
        message: (20, "LOG:  statement of transaction <next> rolled back, SQLSTATE <value>"),
        usual: &[(5, "23505"), (4, "40001"), (3, "57014")],
        change: "40P01",
        times: 1,
        restart: &[
            "LOG:  received fast shutdown request",
            "LOG:  database system is ready to accept connections",
        ],
    },
    Probe {
        name: "php SQLSTATE in brackets",
        head: "[<plain>] shop.WARNING: ",
        others: &[
            (18, "Slow query on orders: <n:200-9000> ms, <n:1-900> rows"),
            (12, "Cart <n> was empty at checkout of session <hex:16>"),
        ],
        message: (18, "Order <n> not stored, SQLSTATE[<value>], trying again in <n:1-30> s"),
        usual: &[(6, "23000"), (3, "42S22")],
        change: "HY000",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "mysql error number",
        head: "<iso> <n:1-900> [Note] [MY-010914] [Server] ",
        others: &[
            (18, "Access of account app from <lan> took <n:1-90> ms"),
            (12, "Binlog event at position <next> sent to replica <n:1-3>"),
        ],
        message: (18, "Worker <n:1-8> of channel main rolled back at position <next>, error <value>"),
        usual: &[(5, "1062 (23000)"), (4, "1213 (40001)")],
        change: "1205 (40001)",
        times: 1,
        restart: &["Shutdown complete", "Ready for connections, port 3306"],
    },
    Probe {
        name: "mongo code in JSON",
        head: "{\"t\":{\"$date\":\"<iso>\"},\"s\":\"I\",",
        others: &[
            (
                18,
                "\"c\":\"NETWORK\",\"id\":22943,\"ctx\":\"listener\",\"msg\":\"Connection accepted\",\"attr\":{\"remote\":\"<lan>:<port>\",\"connectionId\":<next>}}",
            ),
            (
                12,
                "\"c\":\"STORAGE\",\"id\":22430,\"ctx\":\"Checkpointer\",\"msg\":\"WiredTiger message\",\"attr\":{\"snapshot\":<next>,\"bytes\":<n>}}",
            ),
        ],
        message: (
            24,
            "\"c\":\"COMMAND\",\"id\":51803,\"ctx\":\"conn<n:1-900>\",\"msg\":\"Command done\",\"attr\":{\"ns\":\"shop.orders\",\"errCode\":<value>,\"durationMillis\":<n:1-900>}}",
        ),
        usual: &[(8, "0"), (3, "112"), (2, "48")],
        change: "11600",
        times: 1,
        restart: &[],
    },
    Probe {
        name: "redis role of a link",
        head: "<pid>:M <plain> * ",
        others: &[
            (18, "<n:1-9000> changes in <n:60-900> seconds. Saving..."),
            (16, "Background saving terminated with success, <n:1-900> MB"),
        ],
        message: (18, "Replica <lan>:6379 link status: <value>, offset <next>"),
        usual: &[(8, "online"), (3, "sync")],
        change: "broken",
        times: 1,
        restart: &["User requested shutdown", "Ready to accept connections"],
    },
    Probe {
        name: "result of a payment",
        head: "<iso> INFO  pay ",
        others: &[
            (18, "card of customer <n> checked in <n:1-900> ms"),
            (12, "settlement <uuid> holds <n:1-900> charges"),
        ],
        message: (26, "charge <hex:24> of <n:1-900>.<n:10-99> EUR result=<value>"),
        usual: &[(8, "approved"), (3, "declined"), (2, "expired")],
        change: "stolen",
        times: 1,
        restart: &["pay ends", "pay begins, key <n:1-9> in use"],
    },
];
