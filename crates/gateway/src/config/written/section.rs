//! Tables of settings, each declared once.

use super::notes::Notes;
use super::outline::Outline;
use super::raw::Table;

/// A table whose keys are known.
pub trait Section: Default {
    /// What it is for, line by line.
    const ABOUT: &'static [&'static str];

    /// Takes the keys that it knows out of a table.
    fn take(&mut self, table: &mut Table, at: &str, notes: &mut Notes);

    /// The names of its keys.
    fn names() -> Vec<&'static str>;

    /// Describes its keys.
    fn describe(&self, at: &str, out: &mut Outline);
}

/// Declares a table: its keys, their types, defaults and meaning. The last line may add all keys of another section
/// to it, as `..name: Section`.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr,)*
            $(.. $flat:ident: $flat_type:ty,)?
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)*
            $(/// More keys of the same table.
            pub $flat: $flat_type,)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* $($flat: <$flat_type>::default(),)? }
            }
        }

        impl $crate::config::written::section::Section for $name {
            const ABOUT: &'static [&'static str] = &[$($about),*];

            fn take(
                &mut self,
                table: &mut $crate::config::written::Table,
                at: &str,
                notes: &mut $crate::config::written::Notes,
            ) {
                use $crate::config::written::Setting;
                $(
                    if let Some(value) = Setting::take(table, at, stringify!($field), notes) {
                        self.$field = value;
                    }
                )*
                $($crate::config::written::section::Section::take(&mut self.$flat, table, at, notes);)?
            }

            fn names() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "only some sections have the keys of another")]
                let mut names = vec![$(stringify!($field)),*];
                $(names.extend(<$flat_type as $crate::config::written::section::Section>::names());)?
                names
            }

            fn describe(&self, at: &str, out: &mut $crate::config::written::Outline) {
                use $crate::config::written::Setting;
                $(
                    let path = $crate::config::written::outline::join(at, stringify!($field));
                    self.$field.outline(path, &[$($doc),+], out);
                )*
                $(self.$flat.describe(at, out);)?
            }
        }

        impl $crate::config::written::Setting for $name {
            fn read(
                raw: $crate::config::written::Raw,
                at: &str,
                notes: &mut $crate::config::written::Notes,
            ) -> Option<Self> {
                $crate::config::written::setting::read_section(raw, at, notes)
            }

            fn written(&self) -> Option<String> {
                None
            }

            fn outline(
                &self,
                path: String,
                about: &'static [&'static str],
                out: &mut $crate::config::written::Outline,
            ) {
                out.entries.push($crate::config::written::Entry::Heading { path: path.clone(), about });
                $crate::config::written::section::Section::describe(self, &path, out);
            }
        }
    };
}

pub(crate) use section;
