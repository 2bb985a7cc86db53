//! What is revoked, until when, and who said so.

use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds, UserId};

use crate::{Kept, KeptRevocation, Page, RevocationId, Store};

const NOW: UnixSeconds = UnixSeconds(1_000);
const LATER: UnixSeconds = UnixSeconds(2_000);

fn organisation(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
}

fn of(name: &str, what: Revoked) -> KeptRevocation {
    let revocation = Revocation { organisation: organisation(name), what, until: LATER };
    KeptRevocation { revocation, made: NOW, by: None, note: None }
}

fn token(name: &str) -> Revoked {
    Revoked::Token(name.into())
}

async fn add<S: Store>(store: &S, kept: &KeptRevocation) -> RevocationId {
    store.add_revocation(kept).await.unwrap()
}

async fn listed<S: Store>(store: &S, now: UnixSeconds) -> Vec<Kept> {
    store.revocations(&Page { organisation: None, after: None, limit: 100 }, now).await.unwrap()
}

pub async fn what_was_added_is_listed_as_it_was_said<S: Store>(store: &S) {
    let blocked = KeptRevocation {
        by: Some("ann".into()),
        note: Some("spam in #news".into()),
        ..of("acme", Revoked::User(UserId::new("bob")))
    };
    let id = add(store, &blocked).await;
    assert_eq!(listed(store, NOW).await, [Kept { id, revocation: blocked }]);
}

pub async fn every_kind_of_revocation_is_kept<S: Store>(store: &S) {
    let kinds = [
        token("t"),
        Revoked::Session("s".into()),
        Revoked::UserBefore(UserId::new("u"), NOW),
        Revoked::User(UserId::new("u")),
        Revoked::OrganisationBefore(NOW),
        Revoked::Organisation,
    ];
    for kind in &kinds {
        add(store, &of("acme", kind.clone())).await;
    }
    let kept: Vec<_> =
        listed(store, NOW).await.into_iter().map(|kept| kept.revocation.revocation.what).collect();
    assert_eq!(kept, kinds);
}

pub async fn revoking_the_same_again_keeps_the_id_and_replaces_the_rest<S: Store>(store: &S) {
    let first = add(store, &of("acme", token("t"))).await;
    let mut again = of("acme", token("t"));
    again.revocation.until = UnixSeconds(1_500);
    again.note = Some("again".into());
    assert_eq!(add(store, &again).await, first);
    assert_eq!(listed(store, NOW).await, [Kept { id: first, revocation: again }]);
}

pub async fn another_time_of_issue_is_another_revocation<S: Store>(store: &S) {
    for end in [10, 20] {
        add(store, &of("acme", Revoked::UserBefore(UserId::new("u"), UnixSeconds(end)))).await;
    }
    assert_eq!(listed(store, NOW).await.len(), 2);
}

pub async fn a_list_goes_on_after_the_last_of_its_page<S: Store>(store: &S) {
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(add(store, &of("acme", token(name))).await);
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.revocations(&Page { organisation: None, after, limit: 2 }, NOW).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.into_iter().map(|kept| kept.id));
    }
    assert_eq!(seen, ids);
}

pub async fn a_list_holds_only_what_is_the_organisations<S: Store>(store: &S) {
    add(store, &of("acme", token("t"))).await;
    let globex = organisation("globex");
    let id = add(store, &of("globex", token("t"))).await;
    let page = Page { organisation: Some(&globex), after: None, limit: 100 };
    let kept = store.revocations(&page, NOW).await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.id).collect::<Vec<_>>(), [id]);
}

pub async fn a_revocation_holds_through_its_last_second_and_is_not_listed_after_it<S: Store>(store: &S) {
    add(store, &of("acme", token("t"))).await;
    assert_eq!(listed(store, LATER).await.len(), 1);
    assert!(listed(store, UnixSeconds(LATER.0 + 1)).await.is_empty());
}

pub async fn sweeping_forgets_what_has_ended_and_nothing_else<S: Store>(store: &S) {
    for (name, until) in [("a", 1_100), ("b", 1_200), ("c", 1_300)] {
        let mut kept = of("acme", token(name));
        kept.revocation.until = UnixSeconds(until);
        add(store, &kept).await;
    }
    assert_eq!(store.sweep_revocations(UnixSeconds(1_200)).await.unwrap(), 1);
    assert_eq!(store.sweep_revocations(UnixSeconds(1_200)).await.unwrap(), 0);
    assert_eq!(listed(store, UnixSeconds(0)).await.len(), 2);
}

pub async fn one_that_is_removed_is_given_back_and_is_gone<S: Store>(store: &S) {
    let kept = of("acme", token("t"));
    let id = add(store, &kept).await;
    let acme = organisation("acme");
    let removed = store.remove_revocation(&acme, id).await.unwrap();
    assert_eq!(removed, Some(Kept { id, revocation: kept }));
    assert_eq!(store.remove_revocation(&acme, id).await.unwrap(), None);
    assert!(listed(store, NOW).await.is_empty());
}

pub async fn nobody_removes_what_belongs_to_another_organisation<S: Store>(store: &S) {
    let id = add(store, &of("acme", token("t"))).await;
    let globex = organisation("globex");
    assert_eq!(store.remove_revocation(&globex, id).await.unwrap(), None);
    assert_eq!(store.lift_revocation(&globex, &token("t")).await.unwrap(), None);
    assert_eq!(listed(store, NOW).await.len(), 1);
}

pub async fn a_block_is_lifted_by_whom_it_blocks<S: Store>(store: &S) {
    let (acme, bob) = (organisation("acme"), UserId::new("bob"));
    add(store, &of("acme", Revoked::User(bob.clone()))).await;
    add(store, &of("acme", Revoked::UserBefore(bob.clone(), NOW))).await;
    assert!(store.lift_revocation(&acme, &Revoked::User(bob.clone())).await.unwrap().is_some());
    assert!(store.lift_revocation(&acme, &Revoked::User(bob)).await.unwrap().is_none());
    assert_eq!(listed(store, NOW).await.len(), 1, "tokens that were revoked stay revoked");
}

pub async fn an_id_is_never_used_again<S: Store>(store: &S) {
    let acme = organisation("acme");
    let first = add(store, &of("acme", token("a"))).await;
    store.remove_revocation(&acme, first).await.unwrap();
    assert!(add(store, &of("acme", token("b"))).await > first);
}

pub async fn texts_are_kept_to_the_byte<S: Store>(store: &S) {
    let (name, acme) = ("O'Brien \"%_\t\u{1F600}", organisation("acme"));
    let mut kept = of("acme", Revoked::User(UserId::new(name)));
    kept.note = Some("".into());
    let id = add(store, &kept).await;
    add(store, &of("acme", Revoked::User(UserId::new("o'brien")))).await;
    assert_eq!(listed(store, NOW).await[0], Kept { id, revocation: kept });
    let lifted = store.lift_revocation(&acme, &Revoked::User(UserId::new(name))).await.unwrap();
    assert_eq!(lifted.map(|kept| kept.id), Some(id));
}
