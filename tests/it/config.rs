//! Settings: which layer counts, and what a wrong one is told.

use std::time::Duration;

use kaifong::config::{
    Config, ConfigError, DEFAULTS, Database, Flag, LogFormat, MetricsAt, Sources, Wire,
};

use crate::scratch::Scratch;

/// Settings with this file, these variables and these flags.
fn load(
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, ConfigError> {
    let scratch = Scratch::new();
    scratch.file("kaifong.toml", file);
    Config::load(Sources {
        folder: scratch.path(""),
        file: None,
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        flags: flags
            .iter()
            .map(|(key, value)| Flag {
                name: "--flag",
                key,
                value: (*value).into(),
            })
            .collect(),
    })
}

fn complaint(file: &str, environment: &[(&str, &str)]) -> String {
    let text = load(file, environment, &[])
        .err()
        .expect("refused")
        .to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

#[test]
fn without_any_layer_the_defaults_hold() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url.kind(), Database::Sqlite);
    assert_eq!(
        config.database_url.to_string(),
        "sqlite:./kaifong-data/kaifong.db"
    );
    assert_eq!(config.issuer, "kaifong");
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(
        (config.pages.default_size, config.pages.max_size),
        (20, 1000)
    );
    assert_eq!(config.pages.max_count, 100_000);
    assert_eq!(config.limits.timeout, Duration::from_secs(30));
    let sockets = config.limits.sockets;
    assert_eq!((sockets.operations, sockets.message_bytes), (100, 1 << 20));
    assert_eq!(sockets.init_timeout, Duration::from_secs(10));
    assert_eq!(sockets.idle_timeout, Duration::from_secs(120));
    assert_eq!(sockets.life, Duration::from_secs(12 * 60 * 60));
    assert!(config.signing_key_file.is_none() && config.policies_dir.is_none());
    assert!(!config.watch_policies && !config.policy_approval);
    assert!(config.require_proof);
    let wire = config.wire;
    assert_eq!(format!("{wire:?}"), format!("{:?}", Wire::default()));
    assert!(wire.cors_origins.is_empty() && wire.introspection && !wire.trusted_only);
    assert_eq!(wire.metrics, MetricsAt::Loopback);
    assert!(wire.otlp_endpoint.is_none() && wire.trusted_documents.is_none());
}

#[test]
fn the_settings_of_the_wire_are_read_from_files_and_variables_alike() {
    let file = "cors_origins = [\"https://a.example.org\", \"http://localhost:3000\"]\n\
                introspection = false\ncompression = false\nmetrics_listen = \"off\"";
    let variables = [
        (
            "KAIFONG_CORS_ORIGINS",
            "https://a.example.org, http://localhost:3000",
        ),
        ("KAIFONG_INTROSPECTION", "false"),
        ("KAIFONG_COMPRESSION", "false"),
        ("KAIFONG_METRICS_LISTEN", "off"),
    ];
    for config in [load(file, &[], &[]), load("", &variables, &[])] {
        let wire = config.unwrap().wire;
        let origins = ["https://a.example.org", "http://localhost:3000"];
        assert_eq!(wire.cors_origins, origins);
        assert!(!wire.introspection && wire.compress_from.is_none());
        assert_eq!(wire.metrics, MetricsAt::Nowhere);
    }
    let none = load(file, &[("KAIFONG_CORS_ORIGINS", "")], &[]).unwrap();
    assert!(none.wire.cors_origins.is_empty());
    for wrong in ["*", "https://a.example.org/", "null", "a.example.org"] {
        let text = complaint("", &[("KAIFONG_CORS_ORIGINS", wrong)]);
        assert!(
            text.contains("`cors_origins`") && text.contains(wrong),
            "{text}"
        );
    }
    let secret = "http://ann:hunter2@collector:4318";
    let text = complaint("", &[("KAIFONG_OTLP_ENDPOINT", secret)]);
    assert!(
        text.contains("`otlp_endpoint`") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn flags_beat_variables_beat_the_file_beat_the_defaults() {
    let file = "listen = \"127.0.0.1:1\"\nissuer = \"file\"\nmax_count = 7\n";
    let variables = [
        ("KAIFONG_LISTEN", "127.0.0.1:2"),
        ("KAIFONG_ISSUER", "variable"),
        ("OTHER", "x"),
    ];
    let config = load(file, &variables, &[("listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.issuer, "variable");
    assert_eq!(config.pages.max_count, 7);
    assert_eq!(config.audience, "kaifong");
}

#[test]
fn the_database_follows_the_data_folder_unless_it_is_named() {
    let config = load("", &[("KAIFONG_DATA_DIR", "/srv/data")], &[]).unwrap();
    assert_eq!(
        config.database_url.secret_text(),
        "sqlite:/srv/data/kaifong.db"
    );
    let named = load("", &[("KAIFONG_DATABASE_URL", "postgres://a:b@db/k")], &[]).unwrap();
    assert_eq!(named.database_url.kind(), Database::Postgres);
}

#[test]
fn a_complaint_names_the_setting_its_source_and_what_is_right() {
    let table = [
        (
            complaint("listen = \"here\"", &[]),
            vec!["`listen`", "kaifong.toml", "`here`", "`127.0.0.1:8080`"],
        ),
        (
            complaint("", &[("KAIFONG_REQUEST_TIMEOUT", "30")]),
            vec![
                "`request_timeout`",
                "variable KAIFONG_REQUEST_TIMEOUT",
                "`30`",
                "`30s`",
            ],
        ),
        (
            complaint("", &[("KAIFONG_MAX_PAGE_SIZE", "5000")]),
            vec!["`max_page_size`", "`5000`", "1 to 1000"],
        ),
        (
            complaint("default_page_size = 50\nmax_page_size = 10", &[]),
            vec![
                "`default_page_size`",
                "kaifong.toml",
                "`50`",
                "at most `max_page_size`",
            ],
        ),
        (
            complaint("", &[("KAIFONG_LOG_LEVEL", "=loud=")]),
            vec!["`log_level`", "`=loud=`", "`info`"],
        ),
        (
            complaint("\n\nlisten = = 3", &[]),
            vec!["kaifong.toml", "line 3"],
        ),
    ];
    for (text, parts) in table {
        for part in parts {
            assert!(text.contains(part), "{text} lacks {part}");
        }
    }
}

#[test]
fn unknown_settings_are_refused_with_the_name_that_was_meant() {
    let text = complaint("databse_url = \"sqlite:x\"", &[]);
    assert!(
        text.contains("`databse_url`") && text.contains("did you mean `database_url`"),
        "{text}"
    );
    let text = complaint("", &[("KAIFONG_LISTN", "127.0.0.1:1")]);
    assert!(
        text.contains("KAIFONG_LISTN") && text.contains("`listen`"),
        "{text}"
    );
    let text = complaint("colour = \"red\"\n", &[]);
    assert!(!text.contains("did you mean"), "{text}");
}

#[test]
fn variables_that_are_no_settings_of_ours_are_left_alone() {
    let others = [
        ("KAIFONG_TEST_POSTGRES", "postgres://x"),
        ("KAIFONG_SHARED", "../shared"),
        ("KAIFONG_CVC5", "/usr/bin/cvc5"),
        ("KAIFONG_SERVICE_HOST", "10.0.0.1"),
        ("KAIFONG_PORT", "tcp://10.0.0.1:80"),
        ("KAIFONG_PORT_80_TCP", "tcp://10.0.0.1:80"),
    ];
    load("", &others, &[]).unwrap();
}

#[test]
fn a_wrong_database_address_is_not_repeated() {
    let text = complaint("", &[("KAIFONG_DATABASE_URL", "mysql://ann:hunter2@db/k")]);
    assert!(
        text.contains("`database_url`") && text.contains("KAIFONG_DATABASE_URL"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_named_file_must_exist() {
    let scratch = Scratch::new();
    let sources = |file, environment| Sources {
        folder: scratch.path(""),
        file,
        environment,
        flags: vec![],
    };
    let absent = scratch.path("absent.toml");
    let text = Config::load(sources(Some(absent.clone()), vec![]))
        .err()
        .unwrap()
        .to_string();
    assert!(text.contains("absent.toml"), "{text}");
    let variable = vec![("KAIFONG_CONFIG".to_owned(), absent.display().to_string())];
    assert!(Config::load(sources(None, variable)).is_err());
    Config::load(sources(None, vec![])).unwrap();
}

#[test]
fn the_default_file_is_itself_a_settings_file() {
    load(DEFAULTS, &[], &[]).unwrap();
    let uncommented: String = DEFAULTS
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|line| line.contains(" = \""))
                .unwrap_or(line)
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let config = load(&uncommented, &[], &[]).unwrap();
    assert!(config.signing_key_file.is_some() && config.policies_dir.is_some());
}

#[test]
fn letters_leave_this_machine_under_tls_alone_and_lead_to_safe_pages() {
    let settings = |server: &str, tls: &str, page: &str| {
        format!(
            "mail_server = \"{server}\"\nmail_tls = \"{tls}\"\n\
             mail_from = \"kaifong@example.org\"\nmail_page = \"{page}\"\n"
        )
    };
    let safe = "https://kaifong.example.org/welcome";
    for (server, tls, page) in [
        ("mail.example.org", "starttls", safe),
        ("mail.example.org", "tls", safe),
        ("127.0.0.1", "none", safe),
        ("localhost", "none", "http://localhost:3000/welcome"),
    ] {
        let file = settings(server, tls, page);
        assert!(load(&file, &[], &[]).is_ok(), "{server} {tls} {page}");
    }
    for (server, tls, page, key) in [
        ("mail.example.org", "none", safe, "mail_tls"),
        ("localhost.example.org", "none", safe, "mail_tls"),
        (
            "mail.example.org",
            "tls",
            "http://localhost.example.org/x",
            "mail_page",
        ),
        (
            "mail.example.org",
            "tls",
            "http://127.0.0.1.example.org/x",
            "mail_page",
        ),
        (
            "mail.example.org",
            "tls",
            "http://example.org/x",
            "mail_page",
        ),
        (
            "mail.example.org",
            "tls",
            "https://example.org/x#y",
            "mail_page",
        ),
    ] {
        let told = complaint(&settings(server, tls, page), &[]);
        assert!(told.contains(key), "{server} {tls} {page}: {told}");
    }
}
