import java.util.*;

/** A large map with one entry in each of many objects. */
public class Main {
    static class Form {
        final Map<String, Object> fields = new HashMap<>(64);
        Form(String key, Object value) { fields.put(key, value); }
    }
    static final List<Form> FORMS = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) FORMS.add(new Form("name", i));
        Leak.dump();
    }
}
