//! What the index finds is what a walk over all revocations would find.

use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const NOW: UnixSeconds = UnixSeconds(100);

fn acme() -> OrganisationId {
    OrganisationId::from_verified("acme")
}

fn user(name: &str) -> UserId {
    UserId::new(name)
}

fn until(end: i64, what: Revoked) -> Arc<Revocation> {
    Arc::new(Revocation { organisation: acme(), what, until: UnixSeconds(end) })
}

fn credential() -> Credential {
    Credential { token: Some("t".into()), session: Some("s".into()), issued: Some(UnixSeconds(50)) }
}

fn found(revocations: &Revocations) -> Option<Cure> {
    revocations.find(&acme(), &user("u"), &credential(), NOW)
}

#[test]
fn a_token_is_found_by_its_id_its_session_its_user_and_its_organisation() {
    let kinds = [
        (Revoked::Token("t".into()), Cure::FreshToken),
        (Revoked::Session("s".into()), Cure::NewLogin),
        (Revoked::UserBefore(user("u"), UnixSeconds(50)), Cure::FreshToken),
        (Revoked::User(user("u")), Cure::Nothing),
        (Revoked::OrganisationBefore(UnixSeconds(50)), Cure::FreshToken),
        (Revoked::Organisation, Cure::Nothing),
    ];
    for (what, cure) in kinds {
        let revocations = Revocations::default();
        assert_eq!(found(&revocations), None);
        revocations.add(until(200, what.clone()));
        assert_eq!(found(&revocations), Some(cure), "{what:?}");
        revocations.remove(&acme(), &what);
        assert_eq!((found(&revocations), revocations.len()), (None, 0), "{what:?}");
    }
}

#[test]
fn of_several_revocations_the_one_that_asks_most_counts() {
    let revocations = Revocations::default();
    revocations.add(until(200, Revoked::User(user("u"))));
    revocations.add(until(200, Revoked::Token("t".into())));
    revocations.add(until(200, Revoked::Session("s".into())));
    assert_eq!(found(&revocations), Some(Cure::Nothing));
    revocations.remove(&acme(), &Revoked::User(user("u")));
    assert_eq!(found(&revocations), Some(Cure::NewLogin));
    revocations.remove(&acme(), &Revoked::Session("s".into()));
    assert_eq!(found(&revocations), Some(Cure::FreshToken));
}

#[test]
fn it_holds_through_its_last_second() {
    let revocations = Revocations::new(10, [until(NOW.0, Revoked::Organisation)]);
    assert_eq!(found(&revocations), Some(Cure::Nothing));
    let late = revocations.find(&acme(), &user("u"), &credential(), UnixSeconds(NOW.0 + 1));
    assert_eq!(late, None);
}

#[test]
fn revoking_the_same_again_moves_its_end() {
    let revocations = Revocations::default();
    revocations.add(until(200, Revoked::Organisation));
    revocations.add(until(50, Revoked::Organisation));
    assert_eq!((found(&revocations), revocations.len()), (None, 1));
}

#[test]
fn sweeping_gives_back_the_room_of_what_has_ended() {
    let ended = (0..3).map(|n| until(NOW.0 - 1, Revoked::Token(n.to_string().into())));
    let revocations = Revocations::new(4, ended.chain([until(NOW.0, Revoked::Organisation)]));
    let further = until(200, Revoked::User(user("u")));
    assert!(!revocations.has_room_for(&further));
    assert_eq!(revocations.sweep(NOW), 3);
    assert_eq!((revocations.sweep(NOW), revocations.len()), (0, 1));
    assert!(revocations.has_room_for(&further));
}

#[test]
fn what_is_revoked_already_needs_no_room() {
    let revocations = Revocations::new(1, [until(200, Revoked::User(user("u")))]);
    assert!(revocations.has_room_for(&until(300, Revoked::User(user("u")))));
    assert!(!revocations.has_room_for(&until(300, Revoked::User(user("v")))));
}

#[test]
fn many_threads_can_revoke_at_once_and_nothing_is_lost() {
    let revocations = Revocations::default();
    thread::scope(|scope| {
        for thread in 0..4 {
            let revocations = &revocations;
            scope.spawn(move || {
                for n in 0..500 {
                    revocations.add(until(200, Revoked::Token(format!("{thread} {n}").into())));
                }
            });
        }
    });
    assert_eq!(revocations.len(), 2_000);
    assert_eq!(revocations.sweep(UnixSeconds(201)), 2_000);
}

fn any_name() -> impl Strategy<Value = String> {
    "[ab]"
}

fn any_revocation() -> impl Strategy<Value = Revocation> {
    let what = prop_oneof![
        any_name().prop_map(|name| Revoked::Token(name.into())),
        any_name().prop_map(|name| Revoked::Session(name.into())),
        (any_name(), 0..4_i64)
            .prop_map(|(name, end)| Revoked::UserBefore(UserId::new(&name), UnixSeconds(end))),
        any_name().prop_map(|name| Revoked::User(UserId::new(&name))),
        (0..4_i64).prop_map(|end| Revoked::OrganisationBefore(UnixSeconds(end))),
        Just(Revoked::Organisation),
    ];
    (any_name(), what, 0..4_i64).prop_map(|(organisation, what, until)| Revocation {
        organisation: OrganisationId::from_verified(&organisation),
        what,
        until: UnixSeconds(until),
    })
}

fn any_credential() -> impl Strategy<Value = Credential> {
    let name = || proptest::option::of(any_name());
    (name(), name(), proptest::option::of(0..4_i64)).prop_map(|(token, session, issued)| Credential {
        token: token.map(Into::into),
        session: session.map(Into::into),
        issued: issued.map(UnixSeconds),
    })
}

proptest! {
    #[test]
    fn the_index_finds_what_a_walk_would_find(
        all in vec((any_revocation(), any::<bool>()), 0..12),
        organisation in any_name(),
        name in any_name(),
        credential in any_credential(),
        now in 0..5_i64,
    ) {
        let (organisation, name) = (OrganisationId::from_verified(&organisation), UserId::new(&name));
        let now = UnixSeconds(now);
        let revocations = Revocations::default();
        let mut walked: Vec<Revocation> = Vec::new();
        for (revocation, lifted) in all {
            walked.retain(|other| (&other.organisation, &other.what) != (&revocation.organisation, &revocation.what));
            revocations.add(Arc::new(revocation.clone()));
            if lifted {
                revocations.remove(&revocation.organisation, &revocation.what);
            } else {
                walked.push(revocation);
            }
        }
        let known = Revocations::new(1, walked.iter().cloned().map(Arc::new));
        let concerned = walked.iter().filter(|other| now <= other.until && other.concerns(&organisation, &name, &credential));
        let cure = concerned.map(|other| other.what.cure()).max();
        for index in [revocations, known] {
            prop_assert_eq!(index.len(), walked.len());
            prop_assert_eq!(index.find(&organisation, &name, &credential, now), cure);
            index.sweep(now);
            prop_assert_eq!(index.find(&organisation, &name, &credential, now), cure);
        }
    }
}
