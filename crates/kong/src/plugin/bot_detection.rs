//! `bot-detection`: user agents that are machines.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, array, string};
use expr::vars::{Check, Condition, Test};
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::predicate::Vars;
use model::variable::Variable;

pub(super) fn parts() -> Parts {
    let regexes = |name| array(name, string("").rule(Rule::Text(regex))).default(serde_json::json!([])).optional();
    Parts::new(vec![regexes("allow"), regexes("deny")]).no_consumer()
}

fn regex(text: &str) -> Result<(), String> {
    match expr::vars::regex_error(text) {
        Some(_) => Err(format!("not a valid regex: {text}")),
        None => Ok(()),
    }
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let allowed = part.texts("allow").into_iter().map(|text| finds(&text)).collect();
    let known = ANYWHERE.iter().map(|names| finds(&format!("(?:{names})")));
    let denied = part.texts("deny").iter().map(|text| finds(text)).chain(known).collect();
    let rule = Condition::All(vec![Condition::NotAny(allowed), Condition::Any(denied)]);
    let refusals = words::by_accept([(Case::Forbidden, 403, "Forbidden")]);
    vec![(Phase::Access, Policy::Refuse(Box::new(Refuse { rules: vec![(rule, Case::Forbidden)], refusals })))]
}

fn finds(regex: &str) -> Vars {
    let variable = Variable::Header("user-agent".to_owned());
    let check = Check::Matches { regex: regex.to_owned(), ignore_case: false };
    Condition::Test(Test { variable, negated: false, check })
}

/// What the original takes for a machine: by words that machines call themselves, by the names of programs that load
/// pages or watch them, and by such names with a version behind. Where one rule holds all that another does, the other
/// is left out.
const ANYWHERE: &[&str] = &[
    // Cubot makes telephones
    r"[Ss][Pp][Ii][Dd][Ee][Rr]|[Cc][Rr][Aa][Ww][Ll]|[Ss]crape|[^C][^Uu][Bb]ot|archiver|favicon|OOZBOT|jbot\b",
    r"(?:Archiver|[Ii]ndexer|[Bb]ot)[/ ]\d|/[A-z]+[Bb]ot[ -]\d|/(?:Axtaris|Isara|ShopSalad|Tailsweep|fetchurl)[ -]\d",
    r"facebookexternalhit/\d+\.\d|Google.*/\+/web/snippet|MSIECrawler",
    r"Apache-HttpClient|Google-HTTP-Java-Client|HttpMonitor|JNLP|Python-urllib|TLSProber|WinHTTP|http%20client",
    r"(?:008|Altresium|Argus|BaiduMobaider|DNSGroup|DataparkSearch|EDI|Goodzer|Grub|INGRID|Infohelfer|LOOQ)/\d",
    r"(?:PathDefender|Peew|PostPost|Steeler|VSE|WebCrunch|WebZIP|Y!J-BR[A-Z]|envolk|sproose|wminer)/\d",
    r"50\.nu|Aboundex|Accoona-[A-z]+-Agent|AppEngine-Google|Ask Jeeves|BingPreview|BlogBridge|BoardReader|BotSeer",
    r"[Cc]harlotte|Checklinks|Daumoa|Genieo|GomezAgent|Google SketchUp|HiddenMarket|HooWWWer|Icarus6j|IconSurf",
    r"IlTrovatore|InfuzApp|InternetArchive|Kraken|Kurzor|LEIA|LinkAider|Llaut|Mediapartners-Google|^NING|Netvibes",
    r"NewsGator|Nutch|Nymesis|ObjectsSearch|Orbiter|PagePeeker|PagesInventory|PaxleFramework|Pompos|Read%20Later",
    r"Reaper|RedCarpet|Retreiver|Riddler|Rival IQ|SEOstats|Scrapy|Scrubby|SimplePie|SimpleRSS|Simpy|SiteCon|Slurp",
    r"Squrl Java|Thumbshots\.ru|URL2PNG|Vagabondo|WIRE|WeSEE:[A-z]|Web-sniffer|WebThumb|WhatWeb|WordPress|Wotbox",
    r"Xenu(?:.s)? Link Sleuth|Yahoo[a-z]*Seeker|Yandex\w|\bYeti|YottaaMonitor|Yowedo|^Zao|ZooShot|ZyBorg|altavista",
    r"boitho.com-dc|clumboot|findlinks|gonzo1|heritrix|holmes|htdig|ichiro|larbin|lycos|mogimogi|mozDex|netresearch",
    r"scooter|searchsight|semanticdiscovery|snappy|^vortex|^voyager|www\.almaden\.ibm\.com|yacy",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the original's own tests and list take an agent for a machine.
    #[test]
    fn machines_are_told_from_people() {
        assert!(ANYWHERE.iter().all(|names| expr::vars::regex_error(names).is_none()));
        let rules: Vec<_> = ANYWHERE.iter().map(|names| regex::Regex::new(names).unwrap()).collect();
        for (agent, machine) in [
            ("Googlebot/2.1 (+http://www.google.com/bot.html)", true),
            ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", true),
            ("Mozilla/5.0 (compatible; Baiduspider/2.0)", true),
            ("facebookexternalhit/1.1", true),
            ("Python-urllib/2.5", true),
            ("Apache-HttpClient/4.1", true),
            ("Twitterbot/1.0", true),
            ("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", true),
            ("Mozilla/4.0 (compatible; MSIE 5.0; Windows 95; MSIECrawler)", true),
            ("ia_archiver", true),
            ("Yahoo! Slurp", true),
            ("YandexImages/3.0", true),
            ("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36", false),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15", false),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0", false),
            ("curl/8.0", false),
            ("", false),
        ] {
            assert_eq!(rules.iter().any(|rule| rule.is_match(agent)), machine, "{agent}");
        }
    }
}
