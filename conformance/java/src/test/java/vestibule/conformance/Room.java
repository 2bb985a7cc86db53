package vestibule.conformance;

import static vestibule.conformance.Peer.answer;
import static vestibule.conformance.Peer.bytes;
import static vestibule.conformance.Peer.text;

import io.github.centrifugal.centrifuge.Client;
import io.github.centrifugal.centrifuge.DuplicateSubscriptionException;
import io.github.centrifugal.centrifuge.HistoryOptions;
import io.github.centrifugal.centrifuge.HistoryResult;
import io.github.centrifugal.centrifuge.JoinEvent;
import io.github.centrifugal.centrifuge.LeaveEvent;
import io.github.centrifugal.centrifuge.PresenceResult;
import io.github.centrifugal.centrifuge.PresenceStatsResult;
import io.github.centrifugal.centrifuge.PublicationEvent;
import io.github.centrifugal.centrifuge.PublishResult;
import io.github.centrifugal.centrifuge.ResultCallback;
import io.github.centrifugal.centrifuge.SubscribedEvent;
import io.github.centrifugal.centrifuge.Subscription;
import io.github.centrifugal.centrifuge.SubscriptionEventListener;
import io.github.centrifugal.centrifuge.SubscriptionOptions;
import io.github.centrifugal.centrifuge.UnsubscribedEvent;
import java.util.List;

/** One subscription of a client, with events that are remembered. */
final class Room {
    private final Subscription subscription;
    final Events<SubscribedEvent> subscribed = new Events<>("the subscription");
    final Events<UnsubscribedEvent> unsubscribed = new Events<>("the end of the subscription");
    final Events<PublicationEvent> publications = new Events<>("a publication");
    final Events<JoinEvent> joins = new Events<>("a join");
    final Events<LeaveEvent> leaves = new Events<>("a leave");
    /** How the first subscribing succeeded, once it did. */
    SubscribedEvent context;

    Room(Client client, String channel, SubscriptionOptions options) throws DuplicateSubscriptionException {
        options.setMinResubscribeDelay(20);
        options.setMaxResubscribeDelay(100);
        subscription = client.newSubscription(channel, options, new Listener());
        subscription.subscribe();
    }

    void publish(String data) throws Throwable {
        answer((ResultCallback<PublishResult> callback) -> subscription.publish(bytes(data), callback));
    }

    PresenceResult presence() throws Throwable {
        return answer(subscription::presence);
    }

    PresenceStatsResult presenceStats() throws Throwable {
        return answer(subscription::presenceStats);
    }

    HistoryResult history(HistoryOptions options) throws Throwable {
        return answer(callback -> subscription.history(options, callback));
    }

    void unsubscribe() {
        subscription.unsubscribe();
    }

    /** The payloads of the next publications. */
    List<String> received(int count) throws InterruptedException {
        return publications.take(count).stream().map(event -> text(event.getData())).toList();
    }

    private final class Listener extends SubscriptionEventListener {
        @Override
        public void onSubscribed(Subscription subscription, SubscribedEvent event) {
            subscribed.add(event);
        }

        @Override
        public void onUnsubscribed(Subscription subscription, UnsubscribedEvent event) {
            unsubscribed.add(event);
        }

        @Override
        public void onPublication(Subscription subscription, PublicationEvent event) {
            publications.add(event);
        }

        @Override
        public void onJoin(Subscription subscription, JoinEvent event) {
            joins.add(event);
        }

        @Override
        public void onLeave(Subscription subscription, LeaveEvent event) {
            leaves.add(event);
        }
    }
}
