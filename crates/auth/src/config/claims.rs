//! Where in a token things stand, and whom it may speak for.

/// Paths of claims, in the syntax of [`ClaimPath`](crate::ClaimPath). `None`: the preset's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsConfig {
    /// The user's id.
    pub user: Option<String>,
    /// The name to show.
    pub name: Option<String>,
    /// Roles, each path a text or a list of texts. A `*` gives roles the name that it stood for, as in
    /// `gateway:admin`.
    pub roles: Option<Vec<String>>,
    /// The client for which the token was made.
    pub client_type: Option<String>,
    /// The login session.
    pub session: Option<String>,
    /// The one id under which the bearer can be reached.
    pub node_id: Option<String>,
    /// The rooms that the bearer may enter, a text or a list of texts. Whoever's token has none may enter none.
    pub rooms: Option<String>,
}

/// The tenants to which a realm's tokens belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganisationConfig {
    /// All of them to this one.
    Fixed(String),
    /// Each to the one that it names.
    Claim {
        /// The path of the claim; `None`: the preset's.
        path: Option<String>,
        /// Which it may name.
        allowed: AllowedOrganisations,
    },
}

/// The tenants that a provider may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedOrganisations {
    /// These.
    Listed(Vec<String>),
    /// Any: whoever rules the provider rules every organisation of the house.
    Any,
}

/// A value that a claim can be compared with. A text is never a truth value: `"true"` is not `true`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// A string.
    Text(String),
    /// True or false.
    Switch(bool),
}

impl From<&str> for OrganisationConfig {
    fn from(name: &str) -> Self {
        Self::Fixed(name.into())
    }
}

impl From<&str> for ClaimValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for ClaimValue {
    fn from(on: bool) -> Self {
        Self::Switch(on)
    }
}
