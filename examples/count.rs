use logsurge::count::*;
use logsurge::line::stamp::Clock;
use logsurge::time::Zone;
fn main() {
    let bytes = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let opener = || Opener::new(Clock::new(Zone::utc(), Some(2024)));
    let mut worker = Worker::new(opener(), 1);
    let mut scout = Scout::new(opener());
    let mut carry = Carry::start(logsurge::Time::from_seconds(1_733_000_000));
    let (mut lines, mut entries, mut values, mut opens, mut chunks) = (0, 0, 0, 0, 0);
    let mut at = 0;
    let mut per: std::collections::HashMap<(u64, String), (u64, u64)> = Default::default();
    let mut sets: std::collections::HashMap<(u64, String), std::collections::HashMap<Vec<u8>, u64>> =
        Default::default();
    let mut text = std::collections::HashMap::new();
    while at < bytes.len() {
        let end = (at + 262144).min(bytes.len());
        let end = if end < bytes.len() {
            at + bytes[at..end].iter().rposition(|b| *b == b'\n').unwrap() + 1
        } else {
            end
        };
        let d = worker.tally(&Job {
            source: 0,
            index: chunks,
            bytes: &bytes[at..end],
            carry,
            overlong: 0,
            live: false,
        });
        carry = scout.carry_after(&carry, &bytes[at..end]);
        chunks += 1;
        at = end;
        lines += d.lines.read;
        for s in &d.shapes {
            text.insert(s.id.0, String::from_utf8_lossy(&s.text).into_owned());
        }
        for s in &d.segments {
            entries += s.entries.len();
            values += s.values.iter().filter(|v| v.count > 0).count();
            opens += s.values.iter().filter(|v| v.count == 0).count();
            for v in &s.values {
                let key = (v.shape.0, format!("{:?}", v.slot));
                let value = d.samples[v.value.0 as usize..][..v.value.1 as usize].to_vec();
                let set =
                    sets.entry(key.clone()).or_insert_with(std::collections::HashMap::<Vec<u8>, u64>::new);
                if set.len() > 64 || set.get(&b"long"[..].to_vec()).is_some_and(|n| *n > 1) || v.count == 0 {
                    continue;
                }
                *set.entry(value).or_default() += v.count as u64;
                let e = per.entry((v.shape.0, format!("{:?}", v.slot))).or_default();
                e.0 += 1;
                e.1 += v.count as u64;
            }
        }
    }
    println!(
        "{lines} lines {chunks} chunks {entries} entries {values} values {opens} opens {} slots",
        per.len()
    );
    let mut per: Vec<_> = per.into_iter().collect();
    println!("{} kept", per.iter().map(|p| p.1.0).sum::<u64>());
    per.sort_by_key(|p| std::cmp::Reverse(p.1.0));
    for p in per.iter().take(40) {
        println!(
            "{:?} {:?} {:?} {}",
            p.1,
            p.0.1,
            sets[&p.0].len(),
            text[&p.0.0].replace('\u{1}', "<*>").chars().take(100).collect::<String>()
        );
    }
}
