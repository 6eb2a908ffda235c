import java.util.*;
import java.util.concurrent.*;

/** A class that is generated anew for each request. */
public class Main {
    static final List<Class<?>> COMPILED = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 2500 * Leak.scale();
        byte[] code = Main.class.getResourceAsStream("Script.class").readAllBytes();
        var lookup = java.lang.invoke.MethodHandles.lookup();
        for (int i = 0; i < n; i++) COMPILED.add(lookup.defineHiddenClass(code, false).lookupClass());
        Leak.dump();
    }
}

/** What is compiled. */
class Script { }
