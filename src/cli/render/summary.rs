//! What was read, in one line whose figures add up.

use logsurge::Report;
use logsurge::alert::grouped;
use logsurge::time::format_duration;

/// `read 1,987 lines (1,986 counted, 1 empty) from 1 source …`
pub fn line(report: &Report) -> String {
    let lines = &report.lines;
    let mut parts = vec![format!("{} counted", grouped(lines.counted))];
    for (count, what) in
        [(lines.continuation, "continuation"), (lines.empty, "empty"), (lines.filtered, "filtered")]
    {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
        }
    }
    let mut text = format!(
        "read {} lines ({}) from {} source{}, {} messages",
        grouped(lines.read),
        parts.join(", "),
        report.sources,
        if report.sources == 1 { "" } else { "s" },
        grouped(report.templates as u64),
    );
    if let Some((from, to)) = report.span
        && report.unstamped_sources < report.sources
    {
        text += &format!(", over {}", format_duration(to.0 - from.0));
    }
    if lines.filtered > 0 && lines.counted == 0 {
        text += "; --grep and --ignore left none to judge";
    }
    for (count, what) in
        [(lines.overlong, "cut at 64 KiB"), (report.late, "late"), (report.skewed, "with a stamp far ahead")]
    {
        if count > 0 {
            text += &format!("; {} {what}", grouped(count));
        }
    }
    if report.unstamped_sources > 0 {
        text += &format!(
            "; no time stamps in {} source(s): 10 s for every 1,000 lines",
            report.unstamped_sources
        );
    }
    match report.limits_hit.len() {
        0 => {}
        1 => text += "; a limit was reached, see above",
        more => text += &format!("; {more} limits were reached, see above"),
    }
    if report.shapes_dropped > 0 {
        text += &format!(
            "\nlogsurge: limit reached: too many new kinds of message within seconds; {} lines are in no window",
            grouped(report.unwatched)
        );
    }
    if report.fresh_untold > 0 {
        text += &format!(
            "\nlogsurge: limit reached: {} new messages came in floods and were not told one by one",
            grouped(report.fresh_untold)
        );
    }
    text
}
