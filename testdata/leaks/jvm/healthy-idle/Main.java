import java.util.*;
import java.util.concurrent.*;

/** A program with a few settings that waits. */
public class Main {
    static final Map<String, String> SETTINGS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < 200; i++) SETTINGS.put("setting-" + i, "value " + i);
        Leak.dump();
    }
}
