import java.lang.ref.*;
import java.util.*;

/** References with what belongs to their objects; nobody polls their queue when the objects are gone. */
public class Main {
    static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
    static final Set<Tracked> TRACKED = new HashSet<>();

    static class Tracked extends PhantomReference<Object> {
        final byte[] buffer = new byte[500];
        Tracked(Object o) { super(o, QUEUE); }
    }

    public static void main(String[] args) throws Exception {
        int n = 10000 * Leak.scale();
        for (int i = 0; i < n; i++) TRACKED.add(new Tracked(new Object()));
        for (int i = 0; i < 5; i++) { System.gc(); Thread.sleep(200); }
        Leak.dump();
    }
}
