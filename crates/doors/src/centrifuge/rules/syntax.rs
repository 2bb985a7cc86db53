//! How a channel's name is read.

/// The marks in a channel's name. An empty mark is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// The longest name that a client may subscribe to, in bytes. Zero: any.
    pub max_length: usize,
    /// Names that begin with it need a subscription token.
    pub private_prefix: Box<str>,
    /// Ends the namespace.
    pub namespace_boundary: Box<str>,
    /// Begins the list of users.
    pub user_boundary: Box<str>,
    /// Stands between two users.
    pub user_separator: Box<str>,
}

impl Default for Syntax {
    fn default() -> Self {
        Self {
            max_length: 255,
            private_prefix: "$".into(),
            namespace_boundary: ":".into(),
            user_boundary: "#".into(),
            user_separator: ",".into(),
        }
    }
}

impl Syntax {
    /// The namespace (empty: none) and what follows it; without a namespace that is the whole name.
    pub fn split<'n>(&self, name: &'n str) -> (&'n str, &'n str) {
        let public = name.strip_prefix(&*self.private_prefix).unwrap_or(name);
        match split_once(public, &self.namespace_boundary) {
            Some(parts) => parts,
            None => ("", name),
        }
    }

    /// Whether the name is longer than a client may subscribe to.
    pub fn is_too_long(&self, name: &str) -> bool {
        self.max_length > 0 && name.len() > self.max_length
    }

    /// Whether only a subscription token opens the channel.
    pub fn is_private(&self, name: &str) -> bool {
        !self.private_prefix.is_empty() && name.starts_with(&*self.private_prefix)
    }

    /// Whether the name ends in a list of users.
    pub fn is_user_limited(&self, name: &str) -> bool {
        !self.user_boundary.is_empty() && name.contains(&*self.user_boundary)
    }

    /// Whether that list holds the user. An empty entry names nobody.
    pub fn names_user(&self, name: &str, user: &str) -> bool {
        if !self.is_user_limited(name) || user.is_empty() {
            return false;
        }
        let list = name.rsplit(&*self.user_boundary).next().unwrap_or_default();
        match &*self.user_separator {
            "" => list == user,
            separator => list.split(separator).any(|entry| entry == user),
        }
    }

    /// The name of the user's own channel in the namespace; an empty one is none.
    pub(super) fn personal(&self, namespace: &str, user: &str) -> String {
        let boundary = if namespace.is_empty() { "" } else { &*self.namespace_boundary };
        format!("{namespace}{boundary}{}{user}", self.user_boundary)
    }
}

fn split_once<'n>(name: &'n str, boundary: &str) -> Option<(&'n str, &'n str)> {
    if boundary.is_empty() { None } else { name.split_once(boundary) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_ends_at_the_first_boundary() {
        let syntax = Syntax::default();
        assert_eq!(syntax.split("a:b:c"), ("a", "b:c"));
        assert_eq!(syntax.split("abc"), ("", "abc"));
        assert_eq!(syntax.split(":abc"), ("", "abc"));
    }

    #[test]
    fn the_private_prefix_is_not_part_of_the_namespace() {
        let syntax = Syntax::default();
        assert_eq!(syntax.split("$a:b"), ("a", "b"));
        assert_eq!(syntax.split("$b"), ("", "$b"));
        assert!(syntax.is_private("$b") && !syntax.is_private("b$"));
    }

    #[test]
    fn users_stand_after_the_last_user_boundary() {
        let syntax = Syntax::default();
        assert!(syntax.names_user("a#1#42,7", "42") && syntax.names_user("a#1#42,7", "7"));
        assert!(!syntax.names_user("a#1#42,7", "1"));
        assert!(!syntax.names_user("a", "a"));
    }

    #[test]
    fn an_empty_entry_does_not_name_the_anonymous_user() {
        let syntax = Syntax::default();
        assert!(syntax.is_user_limited("news#"));
        assert!(!syntax.names_user("news#", "") && !syntax.names_user("news#a,,b", ""));
    }

    #[test]
    fn a_mark_that_is_empty_is_off() {
        let syntax = Syntax {
            max_length: 0,
            private_prefix: "".into(),
            namespace_boundary: "".into(),
            user_boundary: "".into(),
            user_separator: "".into(),
        };
        assert_eq!(syntax.split("$a:b"), ("", "$a:b"));
        assert!(!syntax.is_private("$a") && !syntax.is_user_limited("a#b") && !syntax.names_user("a#b", "b"));
        assert!(!syntax.is_too_long(&"x".repeat(10_000)));
    }

    #[test]
    fn without_a_separator_the_list_is_one_user() {
        let syntax = Syntax { user_separator: "".into(), ..Syntax::default() };
        assert!(syntax.names_user("a#b,c", "b,c") && !syntax.names_user("a#b,c", "b"));
    }

    #[test]
    fn length_is_counted_in_bytes() {
        let syntax = Syntax::default();
        assert!(!syntax.is_too_long(&"x".repeat(255)));
        assert!(syntax.is_too_long(&"é".repeat(128)));
    }
}
