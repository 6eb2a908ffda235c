import java.util.*;

/** The same settings read anew for each tenant. */
public class Main {
    static class Tenant {
        final int[] prices;
        Tenant(int[] prices) { this.prices = prices; }
    }
    static final List<Tenant> TENANTS = new ArrayList<>();

    static int[] read(int plan) {
        int[] prices = new int[64];
        for (int i = 0; i < prices.length; i++) prices[i] = plan * 1000 + i;
        return prices;
    }

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) TENANTS.add(new Tenant(read(i % 3)));
        Leak.dump();
    }
}
