//! davit/plugin.h in Rust: the part of ABI 1.0 that this plugin uses, in the header's order. Members that it does not
//! use are there as untyped pointers, for the layout alone.
#![allow(dead_code)]

use std::os::raw::{c_char, c_void};

pub const ABI_MAJOR: u16 = 1;
pub const TARGET_MINOR: u16 = 0;

pub const TYPE_NONE: u32 = 0;
pub const TYPE_I64: u32 = 2;

pub const OK: i32 = 0;
pub const VETO: i32 = 1;
pub const ERR: i32 = -1;
pub const ERR_TYPE: i32 = -11;

pub const CONN_MIGRATION: i32 = 0;
pub const LOG_INFO: i32 = 1;
pub const HANDLER_DRY_RUN_SAFE: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const c_char,
    pub len: usize,
}

impl Str {
    pub const fn new(text: &str) -> Self {
        Str { data: text.as_ptr() as *const c_char, len: text.len() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union ValueAs {
    pub boolean: u64,
    pub i64: i64,
    pub f64: f64,
    pub str: Str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    pub type_: u32,
    pub reserved: u32,
    pub as_: ValueAs,
}

impl Value {
    // The whole union is written, so that no byte of it is left uninitialised.
    pub const NONE: Value = Value { type_: TYPE_NONE, reserved: 0, as_: ValueAs { str: Str::new("") } };

    pub const fn i64(value: i64) -> Self {
        Value { type_: TYPE_I64, reserved: 0, as_: ValueAs { i64: value } }
    }
}

#[repr(C)]
pub struct Cell {
    pub data: *const c_char,
    pub len: i64,
}

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub status: i32,
    pub sqlstate: Str,
    pub message: Str,
}

#[repr(C)]
pub struct QueryResult {
    pub struct_size: u32,
    pub column_count: u32,
    pub row_count: u64,
    pub rows_affected: u64,
    pub command: Str,
    pub columns: *const c_void,
    pub cells: *const Cell,
}

// Opaque on this side.
pub enum Init {}
pub enum Ctx {}

pub type HandlerFn = unsafe extern "C" fn(user: *mut c_void, ctx: *mut Ctx) -> i32;
type Unused = *const c_void;

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    impl_: *mut c_void,
    pub version: Str,
    pub instance: Str,
    pub handler: unsafe extern "C" fn(*const Host, *mut Init, Str, HandlerFn, *mut c_void, u32) -> i32,
    pub bind: unsafe extern "C" fn(*const Host, *mut Init, Str, Str, i32, u32) -> i32,
    pub config: unsafe extern "C" fn(*const Host, *mut Init, Str, *mut Value) -> i32,
    config_length: Unused,
    pub init_fail: unsafe extern "C" fn(*const Host, *mut Init, i32, Str) -> i32,
    pub init_error: unsafe extern "C" fn(*const Host, *mut Init) -> Str,
    get_extension: Unused,
    pub log: unsafe extern "C" fn(*const Host, i32, Str),
    cancelled: Unused,
    run: Unused,
    migration: Unused,
    binding: Unused,
    error: Unused,
    info: Unused,
    pub query: unsafe extern "C" fn(*mut Ctx, i32, Str, *const Value, usize, *mut *const QueryResult) -> i32,
    pub release: unsafe extern "C" fn(*mut Ctx, *const QueryResult) -> i32,
    undo: Unused,
    pub last_error: unsafe extern "C" fn(*mut Ctx) -> *const Error,
    pub fail: unsafe extern "C" fn(*mut Ctx, i32, Str) -> i32,
    pub report: unsafe extern "C" fn(*mut Ctx, u64, Str) -> i32,
    pub stat_set: unsafe extern "C" fn(*mut Ctx, Str, *const Value) -> i32,
}

#[repr(C)]
pub struct Key {
    pub struct_size: u32,
    pub type_: u32,
    pub flags: u32,
    pub reserved: u32,
    pub name: Str,
    pub doc: Str,
    pub default_value: Value,
}

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u16,
    pub min_minor: u16,
    pub key_count: u32,
    pub capability_count: u32,
    pub id: Str,
    pub version: Str,
    pub summary: Str,
    pub keys: *const *const Key,
    pub capabilities: *const Str,
    pub init: unsafe extern "C" fn(*const Host, *mut Init, *mut *mut c_void) -> i32,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub get_extension: Option<unsafe extern "C" fn(*mut c_void, Str) -> *const c_void>,
}

/// What davit only reads may be shared between threads although it is full of pointers.
#[repr(transparent)]
pub struct Shared<T>(pub T);
unsafe impl<T> Sync for Shared<T> {}
