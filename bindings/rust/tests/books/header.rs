//! `sys` is drawdown.h: every function, struct, number and default.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use drawdown::sys;

use crate::support::Scratch;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Without comments, continued lines joined.
fn header() -> String {
    let text = read("../../include/drawdown/drawdown.h").replace("\\\n", " ");
    let mut kept = String::new();
    for (i, piece) in text.split("/*").enumerate() {
        let code = if i == 0 {
            piece
        } else {
            piece.split_once("*/").unwrap().1
        };
        kept.push_str(code);
    }
    kept
}

/// "const drawdown_text*" as "*const drawdown_text".
fn rust_type(c: &str) -> String {
    let stars = c.matches('*').count();
    let words: Vec<_> = c.split(['*', ' ']).filter(|w| !w.is_empty()).collect();
    let name = match *words.last().unwrap() {
        "char" => "c_char",
        "void" => "c_void",
        "int" => "c_int",
        name => name.strip_suffix("_t").unwrap_or(name),
    };
    let name = name.replace("uint", "u").replace("int", "i");
    // "drawdown_int128" has been through this, too.
    let name = name
        .replace("drawdown_i128", "drawdown_int128")
        .replace("c_i", "c_int");
    let first = if words[0] == "const" {
        "*const "
    } else {
        "*mut "
    };
    (0..stars).fold(name, |inner, i| {
        if i == 0 {
            format!("{first}{inner}")
        } else {
            format!("*mut {inner}")
        }
    })
}

/// (type, name) of "const char* data" or "uint8_t reserved[3]".
fn c_field(text: &str) -> (String, String) {
    let text = text.trim();
    if let Some((result, rest)) = text.split_once("(*") {
        let (name, arguments) = rest.split_once(")(").unwrap();
        let arguments: Vec<_> = arguments
            .trim_end_matches(')')
            .split(',')
            .map(|argument| {
                let argument = argument.trim();
                rust_type(&argument[..argument.rfind(['*', ' ']).unwrap() + 1])
            })
            .collect();
        let result = match result.trim() {
            "void" => String::new(),
            r => format!(" -> {}", rust_type(r)),
        };
        return (
            format!(
                "Option<unsafe extern \"C\" fn({}){result}>",
                arguments.join(", ")
            ),
            name.into(),
        );
    }
    let at = text.rfind(['*', ' ']).unwrap() + 1;
    let (kind, name) = (rust_type(&text[..at]), &text[at..]);
    match name.split_once('[') {
        Some((name, count)) => (
            format!("[{kind}; {}]", count.trim_end_matches(']')),
            name.into(),
        ),
        None => (kind, name.into()),
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn functions_of_header() -> BTreeMap<String, String> {
    let text = header();
    let mut found = BTreeMap::new();
    for piece in text.split("DRAWDOWN_C_EXPORT ").skip(1) {
        let prototype = match piece.split_once(");") {
            Some((prototype, _)) => prototype,
            None => continue,
        };
        let prototype = squeeze(prototype);
        let (head, arguments) = match prototype.split_once('(') {
            Some(halves) => halves,
            None => continue,
        };
        if head.contains("__attribute__") || head.contains('#') {
            continue;
        }
        let at = head.rfind(['*', ' ']).unwrap() + 1;
        let result = match head[..at].trim() {
            "void" => String::new(),
            kind => format!(" -> {}", rust_type(kind)),
        };
        let arguments: Vec<_> = arguments
            .split(',')
            .filter(|a| a.trim() != "void")
            .map(|a| {
                let (kind, name) = c_field(a);
                format!("{name}: {kind}")
            })
            .collect();
        found.insert(
            head[at..].trim().into(),
            format!("({}){result}", arguments.join(", ")),
        );
    }
    found
}

fn functions_of_sys() -> BTreeMap<String, String> {
    let text = read("src/sys/mod.rs");
    let mut found = BTreeMap::new();
    for piece in text.split("pub fn ").skip(1) {
        let signature = squeeze(piece.split_once(';').unwrap().0);
        let (name, rest) = signature.split_once('(').unwrap();
        let rest = rest.replace(", )", ")").trim_start().to_owned();
        found.insert(name.into(), format!("({rest}"));
    }
    found
}

#[test]
fn functions_are_those_of_the_header() {
    let header = functions_of_header();
    assert!(header.len() > 60, "{} functions", header.len());
    assert_eq!(functions_of_sys(), header);
}

fn structs_of_header() -> BTreeMap<String, String> {
    let text = header();
    let mut lines = text.lines();
    let mut found = BTreeMap::new();
    while let Some(line) = lines.next() {
        let line = line.strip_prefix("typedef ").unwrap_or(line);
        let name = line
            .strip_prefix("struct ")
            .and_then(|rest| rest.strip_suffix(" {"));
        let name = match name {
            Some(name) => name,
            None => continue,
        };
        let body: Vec<_> = lines
            .by_ref()
            .take_while(|line| !line.starts_with('}'))
            .collect();
        let body = body.join(" ");
        let fields = body
            .split(';')
            .map(squeeze)
            .filter(|field| !field.is_empty());
        let fields: Vec<_> = fields
            .map(|field| c_field(&field))
            .map(|(kind, name)| format!("{name}: {kind}"))
            .collect();
        found.insert(name.into(), fields.join(", "));
    }
    found
}

fn structs_of_sys() -> BTreeMap<String, String> {
    let text = read("src/sys/types.rs");
    let mut found = BTreeMap::new();
    for piece in text.split("pub struct ").skip(1) {
        let (name, rest) = piece.split_once(" {\n").unwrap();
        let fields = squeeze(rest.split_once("\n}").unwrap().0);
        let fields = fields.replace("pub ", "").replace("r#type", "type");
        found.insert(name.into(), fields.trim_end_matches(',').into());
    }
    found
}

#[test]
fn structs_are_those_of_the_header() {
    let header = structs_of_header();
    assert!(header.len() > 15, "{} structs", header.len());
    assert_eq!(structs_of_sys(), header);
}

#[test]
fn numbers_are_those_of_the_header() {
    let c: BTreeMap<_, _> = header()
        .lines()
        .filter_map(|line| line.strip_prefix("#define DRAWDOWN_"))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, value)| {
            let value = value.trim().trim_start_matches('(').trim_end_matches(')');
            Some((name.to_owned(), value.parse::<i64>().ok()?))
        })
        .collect();
    let rust: BTreeMap<_, _> = read("src/sys/mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const DRAWDOWN_"))
        .filter_map(|line| {
            let (name, rest) = line.split_once(':')?;
            let value = rest.split_once("= ")?.1.trim_end_matches(';');
            Some((name.to_owned(), value.parse::<i64>().ok()?))
        })
        .collect();
    assert!(c.len() > 60, "{} numbers", c.len());
    assert_eq!(rust, c);
}

/// The bytes of a struct's defaults, but for the pointer of a text "*".
fn bytes_of<T: Default>() -> String {
    let value = T::default();
    let bytes = (&value as *const T).cast::<u8>();
    (0..std::mem::size_of::<T>())
        // SAFETY: inside the struct, which has no padding.
        .map(|i| format!("{:02x}", unsafe { *bytes.add(i) }))
        .collect()
}

macro_rules! defaults {
    ($($name:ident $macro:ident),* $(,)?) => {{
        let mut program = String::from("#include <drawdown/drawdown.h>\n#include <stdio.h>\n");
        program.push_str(concat!(
            "static void Show(const char* name, const void* data, size_t size) {\n",
            "  printf(\"%s \", name);\n",
            "  for (size_t i = 0; i < size; ++i) printf(\"%02x\", ((const unsigned char*)data)[i]);\n",
            "  printf(\"\\n\");\n}\nint main(void) {\n"));
        let mut ours = BTreeMap::new();
        $(
            program.push_str(&format!(
                "  {{ sys x = DRAWDOWN_{}_INIT; {} Show(\"{}\", &x, sizeof x); }}\n",
                stringify!($macro),
                if stringify!($macro) == "QUOTA_SETTING" { "x.pool.data = 0;" } else { "" },
                stringify!($macro)).replace("sys x", concat!(stringify!($name), " x")));
            ours.insert(stringify!($macro).to_owned(), bytes_of::<sys::$name>());
        )*
        program.push_str("  return 0;\n}\n");
        (program, ours)
    }};
}

#[test]
fn defaults_are_those_of_the_header() {
    let (program, mut ours) = defaults! {
        drawdown_column COLUMN, drawdown_ledger_options LEDGER_OPTIONS,
        drawdown_drain_result DRAIN_RESULT, drawdown_run_start RUN_START,
        drawdown_heartbeat HEARTBEAT,
        drawdown_run_query RUN_QUERY, drawdown_hold_request HOLD_REQUEST,
        drawdown_hold_renewal HOLD_RENEWAL, drawdown_hold_query HOLD_QUERY,
        drawdown_quota_setting QUOTA_SETTING, drawdown_import_options IMPORT_OPTIONS,
        drawdown_import_result IMPORT_RESULT, drawdown_usage_query USAGE_QUERY,
        drawdown_statement_query STATEMENT_QUERY, drawdown_reconcile_options RECONCILE_OPTIONS,
        drawdown_bill_options BILL_OPTIONS,
        drawdown_usage_scale USAGE_SCALE, drawdown_added_run ADDED_RUN,
        drawdown_forecast_query FORECAST_QUERY,
    };
    let macros = header().matches("_INIT ").count();
    assert_eq!(ours.len(), macros, "structs with defaults");
    // A pointer is another in each process: what it points to is compared.
    let quota = sys::drawdown_quota_setting::default();
    assert_eq!(unsafe { *quota.pool.data.cast::<u8>() }, b'*');
    assert_eq!(quota.pool.size, 1);
    let at = (&quota.pool.data as *const _ as usize - &quota as *const _ as usize) * 2;
    let masked = ours.get_mut("QUOTA_SETTING").unwrap();
    masked.replace_range(at..at + 16, &"0".repeat(16));

    let scratch = Scratch::new();
    let (source, binary) = (scratch.path("defaults.c"), scratch.path("defaults"));
    std::fs::write(&source, program).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include");
    let compiled = Command::new("cc")
        .arg("-I")
        .arg(include)
        .arg(&source)
        .arg("-o")
        .arg(&binary)
        .status()
        .unwrap();
    assert!(compiled.success());
    let shown = String::from_utf8(Command::new(&binary).output().unwrap().stdout).unwrap();
    let theirs: BTreeMap<_, _> = shown
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, bytes)| (name.to_owned(), bytes.to_owned()))
        .collect();
    assert_eq!(ours, theirs);
}
