//! How the languages print what went wrong.
#![allow(dead_code)] // Each test file uses what it needs.

use crate::invented::{Dice, stamp};

/// A language, the trace of a known failure, and one of a new class under the same head.
pub const TRACES: &[(&str, &str, &str)] = &[
    (
        "java",
        "com.shop.OrderException: order lost\n\tat com.shop.Cart.add(Cart.java:12)\n\tat com.shop.Main.main(Main.java:7)\nCaused by: java.sql.SQLException: gone away\n\tat com.shop.Db.query(Db.java:77)\n\t... 12 more\n",
        "com.shop.StockException: empty shelf\n\tat com.shop.Shelf.take(Shelf.java:31)\n\tSuppressed: java.io.IOException: close refused\n\t\tat com.shop.Pool.close(Pool.java:9)\nCaused by: java.nio.file.NoSuchFileException: /var/shelf\n\tat com.shop.Shelf.open(Shelf.java:9)\n\t... 3 more\n",
    ),
    (
        "python",
        "Traceback (most recent call last):\n  File \"/app/shop.py\", line 3, in add\n    cart[key]\nKeyError: 'cart'\n",
        "Traceback (most recent call last):\n  File \"/app/shop.py\", line 3, in add\n    cart[key]\nZeroDivisionError: division by zero\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/app/shop.py\", line 31, in shelf_take\n    raise ShopClosed(key)\nshop.errors.ShopClosed: at night\n",
    ),
    (
        "go",
        "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.add(0xc000012345)\n\t/app/cart.go:12 +0x1d\nmain.main()\n\t/app/main.go:20 +0x1d\n",
        "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]\n\ngoroutine 7 [running]:\nmain.(*Shelf).take(0x0, {0x1, 0x2})\n\t/app/shelf.go:12 +0x1d\nmain.main()\n\t/app/main.go:31 +0x2c\n",
    ),
    (
        "rust",
        "thread 'main' panicked at src/main.rs:4:5:\nattempt to divide by zero, failed\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        "thread 'main' panicked at src/main.rs:9:5:\ncalled `Option::unwrap()` on a None value, failed\nstack backtrace:\n   0: shelf_take\n             at ./src/shelf.rs:645:5\n   1: core::panicking::panic_fmt\n",
    ),
    (
        "dotnet",
        "System.InvalidOperationException: cart closed\n   at Shop.Cart.Add() in /app/Cart.cs:line 12\n",
        "System.AggregateException: One or more errors\n ---> System.Net.Http.HttpRequestException: refused\n   at Shop.Shelf.Take() in /app/Shelf.cs:line 12\n   --- End of inner exception stack trace ---\n   at Shop.Program.Main() in /app/Program.cs:line 3\n",
    ),
    (
        "node",
        "Error: cart closed\n    at add (/app/server.js:12:9)\n    at node:internal/main/run_main_module:23:47\n",
        "TypeError: shelf is not iterable\n    at shelf_take (/app/shelf.js:12:9) {\n  code: 'EBROKEN',\n  [cause]: RangeError: inner\n      at open (/app/shelf.js:3:1)\n}\n",
    ),
    (
        "ruby",
        "app.rb:12:in 'Cart#add': no such item (KeyError)\n\tfrom app.rb:20:in '<main>'\n",
        "shelf.rb:12:in 'Shelf#take': is empty (StandardError)\n\tfrom shelf.rb:20:in 'block in <main>'\n\tfrom app.rb:21:in '<main>'\n",
    ),
];

/// Traces of every language under heads of every level, some of them cut off, many at one second,
/// and the same with no stamp in the whole log.
pub fn traced(seed: u64, stamped: bool) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut text = String::new();
    let mut now = 0;
    for _ in 0..30 + dice.roll(60) {
        now += [0, 0, 400, 1_000, 9_000][dice.roll(5) as usize];
        let head = ["INFO order done", "WARN order slow", "ERROR order lost", "ERROR shelf broken"]
            [dice.roll(4) as usize];
        let layout = if dice.one_in(2) { 4 } else { 0 };
        let stamp = if stamped { stamp(now, layout) + " " } else { String::new() };
        text += &format!("{stamp}{head} {}\n", dice.roll(4));
        for _ in 0..dice.roll(3) {
            let (_, known, new) = TRACES[dice.roll(TRACES.len() as u64) as usize];
            let trace = if dice.one_in(3) { new } else { known };
            let keep = if dice.one_in(4) { 1 + dice.roll(6) as usize } else { usize::MAX };
            text.extend(trace.split_inclusive('\n').take(keep));
        }
        if dice.one_in(6) {
            text += ["disk sda failed\n", "Killed\n", "details follow\n", "  note\n"][dice.roll(4) as usize];
        }
    }
    text.into_bytes()
}
