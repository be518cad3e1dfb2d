//! JSON objects that are objects: whoever reads a structure takes a bare list of its fields too, which the contract does not know.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A value that came as an object, never as a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfFields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfFields<T> {
            type Value = T;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(OfFields(PhantomData)).map(Object)
    }
}

/// A list of objects.
///
/// # Errors
/// What is wrong with one of them; that one is no object.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let all: Vec<Object<T>> = Vec::deserialize(deserializer)?;
    Ok(all.into_iter().map(|one| one.0).collect())
}

/// Objects by name.
///
/// # Errors
/// As [`list`].
pub fn by_name<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let all: BTreeMap<String, Object<T>> = BTreeMap::deserialize(deserializer)?;
    Ok(all.into_iter().map(|(name, one)| (name, one.0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Key {
        #[serde(default)]
        phone: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Keys {
        #[serde(deserialize_with = "list")]
        keys: Vec<Key>,
        #[serde(default, deserialize_with = "by_name")]
        more: BTreeMap<String, Key>,
    }

    #[test]
    fn a_list_is_no_object() {
        let read = |text: &str| serde_json::from_str::<Keys>(text);
        let one = read(r#"{"keys": [{"phone": "1"}, {}], "more": {"a": {}}}"#).expect("objects");
        assert_eq!((one.keys.len(), one.more.len()), (2, 1));
        assert!(read(r#"{"keys": [[null]]}"#).expect_err("a list").to_string().contains("an object"));
        assert!(read(r#"{"keys": [], "more": {"a": [null]}}"#).is_err());
    }
}
