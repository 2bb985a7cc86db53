package vestibule.conformance;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What happened, in order; a test takes the items one by one and waits for those that have not come yet. */
final class Events<T> {
    /** Long enough for a busy machine, short enough to end a hopeless test. */
    static final int PATIENCE_SECONDS = 15;

    private final BlockingQueue<T> items = new LinkedBlockingQueue<>();
    private final String what;

    Events(String what) {
        this.what = what;
    }

    void add(T item) {
        items.add(item);
    }

    /** The oldest item that no call has taken yet. */
    T next() throws InterruptedException {
        T item = items.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(item, what + " did not happen within " + PATIENCE_SECONDS + " s");
        return item;
    }

    List<T> take(int count) throws InterruptedException {
        List<T> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(next());
        }
        return taken;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }
}
