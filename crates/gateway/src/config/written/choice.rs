//! Values of a list.

/// Declares an enum whose values have names in the configuration. The first one is the default.
macro_rules! choice {
    (
        $(#[doc = $about:literal])*
        pub enum $name:ident { $($(#[doc = $doc:literal])* $text:literal => $variant:ident,)+ }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])* $variant,)+ }

        impl Default for $name {
            fn default() -> Self {
                [$(Self::$variant),+][0]
            }
        }

        impl $crate::config::written::Setting for $name {
            fn read(
                raw: $crate::config::written::Raw,
                at: &str,
                notes: &mut $crate::config::written::Notes,
            ) -> Option<Self> {
                let text = String::read(raw, at, notes)?;
                match text.as_str() {
                    $($text => Some(Self::$variant),)+
                    _ => {
                        let names = [$($text),+];
                        let listed = names.iter().filter(|name| !name.is_empty()).copied().collect::<Vec<_>>();
                        let hint = $crate::config::written::suggestion(&text, listed.iter().copied());
                        notes.complain(at, format!("{text:?} is none of {}{hint}", listed.join(", ")));
                        None
                    }
                }
            }

            fn written(&self) -> Option<String> {
                let text = match self { $(Self::$variant => $text,)+ };
                Some(format!("{text:?}"))
            }
        }
    };
}

pub(crate) use choice;
