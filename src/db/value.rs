//! Values and rows, the same for every database.

use std::sync::Arc;

use uuid::Uuid;

use super::{Error, Result};

/// What a column holds or a statement is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number; truth is 0 or 1.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes: ids and hashes.
    Bytes(Vec<u8>),
}

impl Value {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "a whole number",
            Self::Real(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// Reads it; `None` when it is something else.
    fn from_value(value: Value) -> std::result::Result<Self, Value>;
}

macro_rules! read_as {
    ($($type:ty: $pattern:pat => $read:expr;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: Value) -> std::result::Result<Self, Value> {
                match value {
                    $pattern => Ok($read),
                    other => Err(other),
                }
            }
        })*
    };
}

read_as! {
    i64: Value::Int(value) => value;
    bool: Value::Int(value) => value != 0;
    String: Value::Text(value) => value;
    Vec<u8>: Value::Bytes(value) => value;
}

impl FromValue for f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count as a share")]
    fn from_value(value: Value) -> std::result::Result<Self, Value> {
        match value {
            Value::Real(value) => Ok(value),
            Value::Int(value) => Ok(value as f64),
            other => Err(other),
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> std::result::Result<Self, Value> {
        match value {
            Value::Bytes(bytes) => Self::from_slice(&bytes).map_err(|_| Value::Bytes(bytes)),
            other => Err(other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> std::result::Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    values: Vec<Value>,
    names: Arc<[String]>,
}

impl Row {
    pub(super) fn new(values: Vec<Value>, names: Arc<[String]>) -> Self {
        Self { values, names }
    }

    /// Its values, in the order of the columns.
    #[must_use]
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// Its columns' names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column with this number, from 0.
    ///
    /// # Errors
    /// [`Error::Decode`], which names the column and never its value, when it is missing or holds something else.
    pub fn try_get<T: FromValue>(&self, at: usize) -> Result<T> {
        let Some(value) = self.values.get(at) else {
            return Err(Error::Decode(format!("there is no column {at} among {}", self.values.len())));
        };
        T::from_value(value.clone()).map_err(|value| {
            let name = self.names.get(at).map_or("", String::as_str);
            Error::Decode(format!("column {name:?} holds {}", value.kind()))
        })
    }
}
