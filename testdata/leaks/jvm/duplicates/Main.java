import java.util.*;
import java.util.concurrent.*;

/** The same few texts, each a string of its own, in a list. */
public class Main {
    static final List<String> NAMES = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) NAMES.add(new String(("country of origin number " + i % 10).toCharArray()));
        Leak.dump();
    }
}
