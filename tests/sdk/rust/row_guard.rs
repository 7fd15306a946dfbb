//! A plugin in Rust, from the C header alone: refuses a migration once `users` has more rows than it is allowed to.
//!
//! A panic must not leave an `extern "C"` function (it would abort davit), so each of them is one call of `guarded`.
#![crate_type = "cdylib"]

mod abi;

use abi::{Ctx, Host, Init, Key, Plugin, QueryResult, Shared, Str, Value};
use std::mem::size_of;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

/// Why a call did not succeed: a status, and the words for the operator.
type Failure = (i32, String);

fn guarded(body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err((abi::ERR, "the plugin panicked".to_owned())))
}

/// Only for text that davit promises to be valid UTF-8 and alive.
unsafe fn text(s: Str) -> String {
    if s.len == 0 {
        return String::new();
    }
    String::from_utf8_lossy(std::slice::from_raw_parts(s.data as *const u8, s.len)).into_owned()
}

/// The functions of a running handler, with statuses as results.
struct Context<'a> {
    host: &'a Host,
    ctx: *mut Ctx,
}

impl Context<'_> {
    fn check(&self, status: i32) -> Result<(), Failure> {
        if status >= 0 {
            return Ok(());
        }
        let error = unsafe { (self.host.last_error)(self.ctx).as_ref() };
        let why = error.map_or_else(|| "no reason given".to_owned(), |e| unsafe { text(e.message) });
        Err((status, why))
    }

    fn scalar(&self, sql: &str) -> Result<i64, Failure> {
        let mut result: *const QueryResult = ptr::null();
        self.check(unsafe {
            (self.host.query)(self.ctx, abi::CONN_MIGRATION, Str::new(sql), ptr::null(), 0, &mut result)
        })?;
        let field = unsafe {
            let cell = &*(*result).cells;
            text(Str { data: cell.data, len: usize::try_from(cell.len).unwrap_or(0) })
        };
        self.check(unsafe { (self.host.release)(self.ctx, result) })?;
        field.parse().map_err(|_| (abi::ERR_TYPE, format!("'{}' is not an integer", field)))
    }

    fn set_stat(&self, key: &str, value: i64) -> Result<(), Failure> {
        self.check(unsafe { (self.host.stat_set)(self.ctx, Str::new(key), &Value::i64(value)) })
    }

    fn report(&self, message: &str) -> Result<(), Failure> {
        self.check(unsafe { (self.host.report)(self.ctx, 0, Str::new(message)) })
    }

    fn log(&self, message: &str) {
        unsafe { (self.host.log)(self.host, abi::LOG_INFO, Str::new(message)) }
    }
}

/// One [[plugins]] entry. davit keeps `host` alive until `destroy` has returned.
struct RowGuard {
    host: *const Host,
    max_rows: i64,
}

impl RowGuard {
    fn check(&self, cx: &Context) -> Result<(), Failure> {
        let rows = cx.scalar("SELECT count(*) FROM users")?;
        cx.set_stat("rust/users", rows)?;
        let summary = format!("users has {} rows, {} are allowed", rows, self.max_rows);
        cx.log(&summary);
        if rows > self.max_rows {
            return Err((abi::VETO, summary));
        }
        cx.report(&summary)
    }

    fn overflow(&self, _: &Context) -> Result<(), Failure> {
        let rows: [i64; 0] = [];
        let _ = rows[usize::try_from(self.max_rows).unwrap_or(0)];
        Ok(())
    }
}

unsafe fn handle(user: *mut c_void, ctx: *mut Ctx, body: fn(&RowGuard, &Context) -> Result<(), Failure>) -> i32 {
    let guard = &*(user as *const RowGuard);
    let cx = Context { host: &*guard.host, ctx };
    match guarded(|| body(guard, &cx)) {
        Ok(()) => abi::OK,
        Err((status, why)) => (cx.host.fail)(ctx, status, Str::new(&why)),
    }
}

unsafe extern "C" fn check(user: *mut c_void, ctx: *mut Ctx) -> i32 {
    handle(user, ctx, RowGuard::check)
}

/// Panics, to show that a panic is a failed handler and no more. Bound only where davit.toml says so.
unsafe extern "C" fn overflow(user: *mut c_void, ctx: *mut Ctx) -> i32 {
    handle(user, ctx, RowGuard::overflow)
}

unsafe fn set_up(host: &Host, init: *mut Init) -> Result<*mut c_void, Failure> {
    let ok = |status: i32| if status < 0 { Err((status, text((host.init_error)(host, init)))) } else { Ok(()) };
    let mut max_rows = Value::NONE;
    ok((host.config)(host, init, Str::new("max_rows"), &mut max_rows))?;

    let user = Box::into_raw(Box::new(RowGuard { host, max_rows: max_rows.as_.i64 })) as *mut c_void;
    let flags = abi::HANDLER_DRY_RUN_SAFE;
    let declared = ok((host.handler)(host, init, Str::new("check"), check, user, flags))
        .and_then(|_| ok((host.bind)(host, init, Str::new("check"), Str::new("before_ddl"), 0, 0)))
        .and_then(|_| ok((host.handler)(host, init, Str::new("overflow"), overflow, user, flags)));
    if let Err(failure) = declared {
        destroy(user);
        return Err(failure);
    }
    Ok(user)
}

unsafe extern "C" fn init(host: *const Host, init: *mut Init, instance: *mut *mut c_void) -> i32 {
    let made = guarded(|| {
        *instance = set_up(&*host, init)?;
        Ok(())
    });
    match made {
        Ok(()) => abi::OK,
        Err((status, why)) => ((*host).init_fail)(host, init, status, Str::new(&why)),
    }
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    // Nobody is left to tell about a panic here.
    let _ = guarded(|| {
        drop(Box::from_raw(instance as *mut RowGuard));
        Ok(())
    });
}

static MAX_ROWS: Shared<Key> = Shared(Key {
    struct_size: size_of::<Key>() as u32,
    type_: abi::TYPE_I64,
    flags: 0,
    reserved: 0,
    name: Str::new("max_rows"),
    doc: Str::new("refuse above this many users"),
    default_value: Value::i64(1_000_000),
});
static KEYS: Shared<[*const Key; 1]> = Shared([&MAX_ROWS.0]);
static CAPABILITIES: Shared<[Str; 1]> = Shared([Str::new("db.read")]);

static PLUGIN: Shared<Plugin> = Shared(Plugin {
    struct_size: size_of::<Plugin>() as u32,
    abi_major: abi::ABI_MAJOR,
    min_minor: abi::TARGET_MINOR,
    key_count: 1,
    capability_count: 1,
    id: Str::new("org.davit.test.rust"),
    version: Str::new("1.0.0"),
    summary: Str::new("Refuses migrations of a big table"),
    keys: &KEYS.0 as *const *const Key,
    capabilities: &CAPABILITIES.0 as *const Str,
    init,
    destroy: Some(destroy),
    get_extension: None,
});

#[no_mangle]
pub extern "C" fn davit_plugin_v1() -> *const Plugin {
    &PLUGIN.0 // cannot panic
}
