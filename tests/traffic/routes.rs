//! What visitors ask for, and who they say they are.

use crate::random::Random;

/// What a route answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    Page,
    Data,
    File,
}

pub struct Route {
    /// Of 1,000 requests.
    pub weight: u64,
    pub method: &'static str,
    pub path: &'static str,
    pub serves: Serves,
    /// The least size of an answer.
    pub bytes: u64,
    /// Milliseconds in the mean.
    pub taken: u64,
}

const fn route(
    weight: u64,
    method: &'static str,
    path: &'static str,
    serves: Serves,
    bytes: u64,
    taken: u64,
) -> Route {
    Route { weight, method, path, serves, bytes, taken }
}

use Serves::{Data, File, Page};

pub const ROUTES: &[Route] = &[
    route(70, "GET", "/", Page, 9_000, 40),
    route(90, "GET", "/products/<slug>", Page, 12_000, 60),
    route(55, "GET", "/category/<word>", Page, 14_000, 80),
    route(40, "GET", "/search?q=<word>&page=<n>", Page, 11_000, 120),
    route(20, "GET", "/cart", Page, 4_000, 30),
    route(10, "GET", "/login", Page, 3_000, 12),
    route(9, "POST", "/login", Page, 300, 90),
    route(4, "GET", "/logout", Page, 200, 9),
    route(6, "GET", "/account", Page, 5_000, 35),
    route(5, "GET", "/account/orders/<id>", Page, 6_000, 45),
    route(9, "GET", "/blog/2026/<slug>", Page, 20_000, 25),
    route(3, "GET", "/about", Page, 2_500, 5),
    route(3, "GET", "/imprint", Page, 1_900, 5),
    route(4, "GET", "/help/<word>", Page, 7_000, 15),
    route(2, "GET", "/robots.txt", File, 120, 2),
    route(3, "GET", "/sitemap.xml", File, 90_000, 6),
    route(14, "GET", "/favicon.ico", File, 4_286, 2),
    route(60, "GET", "/static/js/main.3f9a1c2e.js", File, 182_331, 4),
    route(30, "GET", "/static/js/vendor.77ab02d1.js", File, 402_118, 5),
    route(55, "GET", "/static/css/app.91bc44e0.css", File, 31_207, 3),
    route(18, "GET", "/static/fonts/inter.woff2", File, 98_868, 3),
    route(110, "GET", "/img/<slug>_<size>.webp", File, 18_000, 6),
    route(40, "GET", "/img/thumb/<id>.jpg", File, 6_000, 4),
    route(8, "GET", "/media/<hex>.mp4", File, 900_000, 30),
    route(60, "GET", "/api/v1/products/<id>", Data, 900, 18),
    route(36, "GET", "/api/v1/products/<id>/reviews", Data, 2_400, 25),
    route(34, "GET", "/api/v1/cart/<hex>", Data, 700, 15),
    route(26, "POST", "/api/v1/cart/<hex>/items", Data, 300, 35),
    route(8, "DELETE", "/api/v1/cart/<hex>/items/<id>", Data, 60, 30),
    route(10, "POST", "/api/v1/checkout", Data, 420, 220),
    route(9, "GET", "/api/v1/orders/<id>", Data, 1_100, 28),
    route(12, "GET", "/api/v1/users/<id>", Data, 500, 14),
    route(5, "PUT", "/api/v1/users/<id>", Data, 90, 40),
    route(22, "GET", "/api/v1/suggest?q=<word>", Data, 350, 9),
    route(30, "GET", "/api/v1/stock?ids=<id>,<id>,<id>", Data, 240, 12),
    route(9, "POST", "/api/v2/events", Data, 20, 6),
    route(7, "GET", "/api/v2/recommend/<id>", Data, 1_700, 70),
    route(3, "GET", "/oauth/callback?code=<code>&state=<hex>", Page, 200, 60),
    route(2, "GET", "/export/<id>.csv", Data, 40_000, 400),
    route(9, "OPTIONS", "/api/v1/checkout", Data, 32, 2),
];

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/<v>.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/<v>.0.0.0 Safari/537.36 Edg/<v>.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:<v>.0) Gecko/20100101 Firefox/<v>.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.<d> Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_<d> like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.<d> Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 1<d>; SM-S90<d>B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/<v>.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:<v>.0) Gecko/20100101 Firefox/<v>.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "okhttp/4.1<d>.0",
    "curl/8.<d>.0",
    "python-requests/2.3<d>.0",
    "-",
];

/// Some hundred people, a few of whom come most.
pub fn user(random: &mut Random) -> String {
    const NAMES: &[&str] = &[
        "anna", "bert", "carla", "dario", "elif", "fritz", "gina", "hugo", "ines", "jonas", "karla", "luca",
        "mia", "nils", "olga", "paul", "rosa", "sven", "tina", "uwe",
    ];
    let ending = random.pick(&["", "", "", ".k", ".lange", "_m", "7", "42", ".roth", "-b", ".weiss", "88"]);
    format!("{}{ending}", random.pick(NAMES))
}

pub fn agent(random: &mut Random) -> String {
    // Most visitors use one of a few browsers.
    let kinds = AGENTS.len() as u64;
    let kind = random.below(kinds).min(random.below(kinds));
    filled(AGENTS[kind as usize], random)
}

pub fn referer(random: &mut Random) -> String {
    match random.below(6) {
        0..3 => "-".to_owned(),
        3 => "https://www.google.com/".to_owned(),
        4 => "https://shop.example.com/".to_owned(),
        _ => {
            let route = &ROUTES[random.below(14) as usize];
            format!("https://shop.example.com{}", filled(route.path, random))
        }
    }
}

/// What nobody has ever linked to.
pub fn unknown(random: &mut Random) -> String {
    let (a, b) = (random.name(), random.name());
    let ending = random.pick(&["php", "asp", "bak", "zip", "env", "sql", "old", "jsp"]);
    match random.below(7) {
        0 => format!("/{a}.{ending}"),
        1 => format!("/{a}/{b}.{ending}"),
        2 => format!("/wp-content/plugins/{a}/readme.txt"),
        3 => format!("/.{a}/config"),
        4 => format!("/{a}/{b}/"),
        5 => format!("/cgi-bin/{a}.cgi?{b}={}", random.below(100)),
        _ => format!("/{a}-{}/", random.below(2_000)),
    }
}

/// The text with what varies filled in.
pub fn filled(text: &str, random: &mut Random) -> String {
    let mut out = String::with_capacity(text.len() + 24);
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once('<') {
        let (name, behind) = behind.split_once('>').expect("what is opened is closed");
        out.push_str(front);
        match name {
            "id" => out.push_str(&(10_000 + random.below(2_000_000)).to_string()),
            "n" => out.push_str(&(1 + random.below(30)).to_string()),
            "d" => out.push_str(&random.below(6).to_string()),
            "v" => out.push_str(&(118 + random.below(9)).to_string()),
            "hex" => out.push_str(&random.hex(24)),
            "size" => out.push_str(random.pick(&["200x200", "400x400", "800x600", "1200x900"])),
            "code" => out.push_str(&random.of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_", 30)),
            "word" => out.push_str(&word(random)),
            "slug" => {
                let (a, b) = (word(random), word(random));
                out.push_str(&format!("{a}-{b}-{}", random.below(80)));
            }
            other => panic!("nothing is named <{other}>"),
        }
        rest = behind;
    }
    out + rest
}

/// One of the words of this shop; now and then another.
fn word(random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        "lamp", "chair", "table", "shelf", "sofa", "desk", "rug", "mirror", "clock", "vase", "oak", "pine",
        "steel", "glass", "linen", "white", "black", "green", "small", "large", "round", "folding", "garden",
        "kitchen",
    ];
    if random.below(8) == 0 { random.name() } else { random.pick(WORDS).to_owned() }
}
