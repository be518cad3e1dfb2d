//! Values as PostgreSQL sends them.

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::super::Value;

type Fault = Box<dyn std::error::Error + Sync + Send>;

fn fault<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(what.into().into())
}

impl ToSql for Value {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match (self, to) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => out.put_i64(*value),
            (Self::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value)?),
            (Self::Int(value), &Type::INT2) => out.put_i16(i16::try_from(*value)?),
            (Self::Int(value), &Type::BOOL) => out.put_u8(u8::from(*value != 0)),
            #[expect(clippy::cast_precision_loss, reason = "the statement wants it as a fraction")]
            (Self::Int(value), &Type::FLOAT8) => out.put_f64(*value as f64),
            (Self::Real(value), &Type::FLOAT8) => out.put_f64(*value),
            (Self::Text(value), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME | &Type::JSON) => {
                out.put_slice(value.as_bytes());
            }
            (Self::Text(value), &Type::JSONB) => {
                out.put_u8(1);
                out.put_slice(value.as_bytes());
            }
            (Self::Bytes(value), &Type::BYTEA | &Type::UUID) => out.put_slice(value),
            (Self::Text(list), &Type::BYTEA_ARRAY | &Type::INT8_ARRAY) => return list_to_sql(list, to, out),
            (other, _) => return fault(format!("the statement wants {to}, not {}", other.kind())),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A list in JSON, of ids or of whole numbers, as the list that a statement wants.
fn list_to_sql(list: &str, to: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    let rows: Vec<Vec<Value>> = if *to == Type::BYTEA_ARRAY {
        serde_json::from_str::<Vec<uuid::Uuid>>(list)?.into_iter().map(|id| vec![id.into()]).collect()
    } else {
        serde_json::from_str::<Vec<i64>>(list)?.into_iter().map(|number| vec![number.into()]).collect()
    };
    Column { rows: &rows, at: 0 }.to_sql(to, out)
}

/// One value of each of many rows, as a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    pub(super) rows: &'a [Vec<Value>],
    pub(super) at: usize,
}

impl ToSql for Column<'_> {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        let Kind::Array(element) = to.kind() else { return fault(format!("the statement wants {to}, not a list")) };
        let nothing = self.rows.iter().any(|row| row.get(self.at) == Some(&Value::Null));
        // Dimensions, whether there are NULLs, the type, how many, and the first one's number.
        for word in [1, i32::from(nothing)] {
            out.put_i32(word);
        }
        out.put_u32(element.oid());
        out.put_i32(i32::try_from(self.rows.len())?);
        out.put_i32(1);
        for row in self.rows {
            let Some(value) = row.get(self.at) else { return fault(format!("value {} is missing", self.at + 1)) };
            with_length(out, |out| value.to_sql(element, out))?;
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Something, and how long it is before it.
fn with_length(out: &mut BytesMut, write: impl FnOnce(&mut BytesMut) -> Result<IsNull, Fault>) -> Result<(), Fault> {
    let length = out.len();
    out.put_i32(-1);
    if let IsNull::No = write(out)? {
        let written = i32::try_from(out.len() - length - 4)?;
        out[length..length + 4].copy_from_slice(&written.to_be_bytes());
    }
    Ok(())
}

/// Many rows, as a list of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a>(pub(super) &'a [Vec<Value>]);

impl ToSql for Rows<'_> {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        let Kind::Array(row) = to.kind() else { return fault(format!("the statement wants {to}, not a list")) };
        let Kind::Composite(fields) = row.kind() else {
            return fault(format!("the statement wants {row}, not a row"));
        };
        // Dimensions, that there are no NULLs, the type, how many, and the first one's number.
        for word in [1, 0] {
            out.put_i32(word);
        }
        out.put_u32(row.oid());
        out.put_i32(i32::try_from(self.0.len())?);
        out.put_i32(1);
        for values in self.0 {
            if values.len() != fields.len() {
                return fault(format!("there are {} values, not {}", values.len(), fields.len()));
            }
            with_length(out, |out| {
                out.put_i32(i32::try_from(fields.len())?);
                for (field, value) in fields.iter().zip(values) {
                    out.put_u32(field.type_().oid());
                    with_length(out, |out| value.to_sql(field.type_(), out))?;
                }
                Ok(IsNull::No)
            })?;
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(from: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        let text = |raw: &[u8]| Ok(Self::Text(std::str::from_utf8(raw)?.to_owned()));
        match *from {
            Type::BOOL => Ok(Self::Int(i64::from(bool::from_sql(from, raw)?))),
            Type::INT2 => Ok(Self::Int(i64::from(i16::from_sql(from, raw)?))),
            Type::INT4 => Ok(Self::Int(i64::from(i32::from_sql(from, raw)?))),
            Type::INT8 => Ok(Self::Int(i64::from_sql(from, raw)?)),
            Type::FLOAT4 => Ok(Self::Real(f64::from(f32::from_sql(from, raw)?))),
            Type::FLOAT8 => Ok(Self::Real(f64::from_sql(from, raw)?)),
            Type::NUMERIC => whole(raw),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => text(raw),
            Type::JSONB => text(raw.get(1..).unwrap_or_default()),
            Type::BYTEA | Type::UUID => Ok(Self::Bytes(raw.to_owned())),
            Type::VOID => Ok(Self::Null),
            _ => fault(format!("a column is {from}")),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A sum of whole numbers, which PostgreSQL gives as a decimal number: digits to the base of 10,000.
fn whole(raw: &[u8]) -> Result<Value, Fault> {
    let words: Vec<i16> = raw.chunks_exact(2).map(|word| i16::from_be_bytes([word[0], word[1]])).collect();
    let [_, weight, sign, _, digits @ ..] = words.as_slice() else { return fault("a decimal number is cut off") };
    let places = usize::try_from(i32::from(*weight) + 1).unwrap_or(0);
    if digits.len() > places {
        return fault("a decimal number is not whole");
    }
    let mut value: i64 = 0;
    for at in 0..places {
        let digit = i64::from(digits.get(at).copied().unwrap_or(0));
        let Some(next) = value.checked_mul(10_000).and_then(|value| value.checked_add(digit)) else {
            return fault("a decimal number is too large");
        };
        value = next;
    }
    match *sign {
        0 => Ok(Value::Int(value)),
        0x4000 => Ok(Value::Int(-value)),
        _ => fault("a decimal number is none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(words: &[i16]) -> Result<Value, Fault> {
        whole(&words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>())
    }

    #[rstest::rstest]
    #[case(&[0, 0, 0, 0], 0)]
    #[case(&[1, 0, 0, 0, 42], 42)]
    #[case(&[2, 1, 0, 0, 12, 3456], 123_456)]
    #[case(&[1, 1, 0, 0, 5], 50_000)]
    #[case(&[1, 0, 0x4000, 0, 7], -7)]
    fn whole_decimals(#[case] words: &[i16], #[case] value: i64) {
        assert_eq!(decimal(words).expect("whole"), Value::Int(value));
    }

    #[rstest::rstest]
    #[case::half(&[1, -1, 0, 1, 5000])]
    #[case::nan(&[0, 0, -0x4000, 0])]
    #[case::cut(&[1, 0])]
    fn other_decimals(#[case] words: &[i16]) {
        assert!(decimal(words).is_err());
    }
}
