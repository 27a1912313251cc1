//! Books and their pages.

use super::*;

fn form(name: &str, bounds: Option<Vec<u64>>) -> Form {
    Form { name: name.into(), help: "What it is".into(), labels: vec!["route".into(), "code".into()], bounds }
}

#[test]
fn a_page_has_all_series_with_their_labels() {
    let book = Book::default();
    let counter = book.series(&form("a_total", None), &["r\"1\\", "200"]).unwrap();
    counter.add(1000);
    book.series(&form("a_total", None), &["r\"1\\", "200"]).unwrap().add(2000);
    let histogram = book.series(&form("b_ms", Some(vec![1000, 2500])), &["r", "1\n2"]).unwrap();
    [1000, 1001, 9_000].into_iter().for_each(|amount| histogram.add(amount));
    let mut page = Page::default();
    page.gauge("up", "Is it?", ["state"], &[(["on"], 1), (["off"], 0)]);
    page.counter("errors", "Errors", 7);
    page.book(&book);
    let expected = r#"# HELP up Is it?
# TYPE up gauge
up{state="on"} 1
up{state="off"} 0
# HELP errors Errors
# TYPE errors counter
errors 7
# HELP a_total What it is
# TYPE a_total counter
a_total{route="r\"1\\",code="200"} 3
# HELP b_ms What it is
# TYPE b_ms histogram
b_ms_bucket{route="r",code="1\n2",le="1"} 1
b_ms_bucket{route="r",code="1\n2",le="2.5"} 2
b_ms_bucket{route="r",code="1\n2",le="+Inf"} 3
b_ms_count{route="r",code="1\n2"} 3
b_ms_sum{route="r",code="1\n2"} 11.001
"#;
    assert_eq!(page.text(), expected);
}

#[test]
fn a_full_book_takes_new_series_in_the_place_of_those_nobody_holds() {
    let mut families = Families::default();
    let held = families.series(&form("a", None), &["1", ""], 2);
    families.series(&form("a", None), &["2", ""], 2);
    assert!(families.series(&form("a", None), &["3", ""], 2).is_some(), "the second one is forgotten");
    let third = families.series(&form("a", None), &["3", ""], 2);
    assert!(held.is_some() && third.is_some(), "known ones are found in a full book");
    assert!(families.series(&form("a", None), &["4", ""], 2).is_none());
    assert_eq!(families.series, 2);
}

#[test]
fn a_name_that_means_something_else_now_begins_anew() {
    let mut families = Families::default();
    families.series(&form("a", None), &["1", ""], 9).unwrap().add(1000);
    families.series(&form("a", Some(vec![1000])), &["1", ""], 9).unwrap().add(1000);
    assert_eq!(families.series, 1);
    let series = &families.by_name["a"].series;
    assert_eq!(series.values().next().unwrap().buckets(), Some(vec![(Some(1000), 1), (None, 1)]));
}
