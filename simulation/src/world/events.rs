//! Everything that can happen.

use std::sync::Arc;

use vestibule::worker::{Addressed, TICK};
use vestibule_broker::{Announcement, Broker, BrokerError, WorkerId};
use vestibule_doors::contract::Order;
use vestibule_model::{
    ChannelOverride, ClientId, ClientInfo, Close, OrganisationId, Publication, PublishOptions,
    ServerSubscription, UserId,
};

use super::{CHANNELS, World};
use crate::client::STRANGER;
use crate::house::{Kind, at_once, channel, organisation, strange_channel, strangers};
use crate::{Checked, insist};

impl World {
    /// One thing happens.
    pub(super) fn happen(&mut self) -> Checked {
        match self.dice.pick(200) {
            0..=34 => {
                self.time_passes();
                Ok(())
            }
            35..=74 => self.a_worker_works(),
            75..=114 => {
                self.doors_are_attended();
                Ok(())
            }
            115..=154 => self.clients_read(),
            155..=162 => {
                self.clients_act();
                Ok(())
            }
            163..=176 => {
                self.a_client_does_something();
                Ok(())
            }
            177..=184 => self.the_backend_publishes(),
            185..=186 => {
                self.strangers_are_busy();
                Ok(())
            }
            187..=189 => {
                self.the_backend_orders();
                Ok(())
            }
            190 => {
                self.a_history_is_removed();
                Ok(())
            }
            _ => self.something_goes_wrong(),
        }
    }

    /// A little time passes, and some of the workers notice.
    fn time_passes(&mut self) {
        let time = self.dice.millis(1, 80);
        self.pass(time);
        let now = self.now;
        for worker in 0..self.house.workers.len() {
            if !self.dice.once_in(3) {
                self.house.workers[worker].turn(now);
            }
        }
        if self.dice.once_in(10) {
            self.house.broker().sweep(now);
        }
    }

    fn a_worker_works(&mut self) -> Checked {
        let worker = self.dice.pick(self.house.workers.len());
        let (limit, budget) = (1 + self.dice.pick(24), 1 + self.dice.pick(4));
        let desk = &mut self.house.workers[worker];
        desk.read_some_mail(limit, self.now);
        if desk.flush(budget, self.now) { Ok(()) } else { desk.check_bounds() }
    }

    fn doors_are_attended(&mut self) {
        let worker = self.dice.pick(self.house.workers.len());
        for index in (0..self.house.workers[worker].doors()).rev() {
            if !self.dice.once_in(3) {
                let most = 1 + self.dice.pick(300);
                self.house.workers[worker].attend(index, most, self.now);
            }
        }
    }

    fn clients_read(&mut self) -> Checked {
        for index in 0..self.clients.len() {
            if self.dice.once_in(2) {
                let most = 1 + self.dice.pick(600);
                self.with(index, |client, scene| client.read(most, scene))?;
            }
        }
        Ok(())
    }

    fn a_client_does_something(&mut self) {
        let index = self.dice.pick(self.clients.len());
        let channel = *self.dice.one_of(&CHANNELS);
        self.with(index, |client, scene| client.do_something(channel, scene));
    }

    /// One publication, or several at once; now and then one that is not kept.
    fn the_backend_publishes(&mut self) -> Checked {
        let name = *self.dice.one_of(&CHANNELS);
        let key = channel(name);
        let kept = Kind::of(name).is_kept() && !self.dice.once_in(8);
        let count = if self.dice.once_in(4) { 1 + self.dice.pick(30) } else { 1 };
        for _ in 0..count {
            let data = self.tally.next_data(name).into();
            let options = PublishOptions {
                retention: kept.then_some(self.house.retention),
                ..PublishOptions::default()
            };
            let publication = Publication { data, ..Publication::default() };
            let published = self.house.broker().publish(&key, publication, &options, self.now);
            match at_once(published) {
                Ok(_) | Err(BrokerError::Overloaded) => {}
                Err(error) => insist!(false, "the broker says: {error}"),
            }
        }
        self.say(&|| format!("the backend publishes {count} in {name}"));
        Ok(())
    }

    /// In channels and to users of the same names, of another organisation.
    fn strangers_are_busy(&mut self) {
        let name = *self.dice.one_of(&CHANNELS);
        let (key, now) = (strange_channel(name), self.now);
        let info = Arc::new(ClientInfo {
            user: UserId::new(STRANGER),
            client: ClientId::from_random(self.dice.bytes()),
            connection: None,
            channel: None,
        });
        let data = format!("\"{STRANGER}\"").into();
        let publication = Publication { data, info: Some(Arc::clone(&info)), ..Publication::default() };
        let options = PublishOptions { retention: Some(self.house.retention), ..PublishOptions::default() };
        let broker = self.house.broker();
        for worker in 0..self.house.workers.len() {
            let worker = WorkerId(u8::try_from(worker).expect("few workers"));
            let _full = at_once(broker.subscribe(worker, &key));
        }
        let _full = at_once(broker.enter(&key, &info, now));
        let _full = at_once(broker.announce(&key, Announcement::Join(info)));
        let _full = at_once(broker.publish(&key, publication, &options, now));
        self.order(strangers(), Order::Disconnect(Close::new(4999, "for strangers")));
    }

    fn order(&mut self, organisation: OrganisationId, order: Order) {
        let user = UserId::new(&format!("user{}", self.dice.pick(3)));
        self.house.inboxes.order(Addressed { organisation, user, only: None, except: Vec::new(), order });
    }

    fn the_backend_orders(&mut self) {
        let order = match self.dice.pick(10) {
            0 => Order::Disconnect(Close::new(4000, "because")),
            1..=3 => Order::Unsubscribe { channel: "ordered:a".into(), code: None },
            _ => Order::Subscribe {
                subscription: ServerSubscription {
                    channel: "ordered:a".into(),
                    info: None,
                    data: None,
                    overrides: ChannelOverride::default(),
                },
                since: None,
                expires: None,
            },
        };
        self.order(organisation(), order);
    }

    fn a_history_is_removed(&mut self) {
        let name = *self.dice.one_of(&CHANNELS);
        at_once(self.house.broker().remove_history(&channel(name))).expect("an embedded broker");
        self.ledger.removed(name);
        self.say(&|| format!("the history of {name} is removed"));
    }

    /// Everything that can be done now is done, in order.
    pub(super) fn settle(&mut self) -> Checked {
        loop {
            self.clients_act();
            let mut busy = false;
            for worker in 0..self.house.workers.len() {
                let desk = &mut self.house.workers[worker];
                while desk.read_mail(usize::MAX, self.now) {
                    busy = true;
                }
                while desk.flush(usize::MAX, self.now) {}
                desk.check_bounds()?;
                for index in (0..desk.doors()).rev() {
                    busy |= desk.attend(index, usize::MAX, self.now);
                }
                while desk.flush(usize::MAX, self.now) {}
            }
            self.write_down()?;
            for index in 0..self.clients.len() {
                busy |= self.with(index, |client, scene| client.read(usize::MAX, scene))?;
            }
            if !busy {
                return Ok(());
            }
        }
    }

    /// Time passes in small steps, in which everyone does what he can.
    pub(super) fn quiet_time(&mut self, millis: u64) -> Checked {
        for _ in 0..millis.div_ceil(250) {
            self.pass(TICK * 5);
            for desk in &mut self.house.workers {
                desk.turn(self.now);
            }
            self.house.broker().sweep(self.now);
            self.settle()?;
        }
        Ok(())
    }
}
