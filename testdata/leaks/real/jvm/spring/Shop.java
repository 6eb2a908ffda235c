package shop;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.*;
import java.util.concurrent.*;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.*;

/** A shop with Tomcat. With LEAK its audit keeps what every order was. */
@SpringBootApplication
@RestController
public class Shop {
    private final Orders orders;

    Shop(Orders orders) { this.orders = orders; }

    @GetMapping("/order/{id}")
    public Map<String, Object> order(@PathVariable("id") int id) {
        return Map.of("id", id, "total", orders.place(id));
    }

    public static void main(String[] args) throws Exception {
        SpringApplication app = new SpringApplication(Shop.class);
        app.setDefaultProperties(Map.of("server.port", "0", "server.address", "127.0.0.1", "spring.main.banner-mode", "off", "logging.level.root", "WARN"));
        var context = (ServletWebServerApplicationContext) app.run(args);
        String at = "http://127.0.0.1:" + context.getWebServer().getPort() + "/order/";
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 3000; i++) client.send(HttpRequest.newBuilder(URI.create(at + i)).build(), BodyHandlers.ofString());
        System.out.println("READY");
        Thread.sleep(600_000);
    }
}

class Order {
    final int id;
    final List<String> lines = new ArrayList<>();
    Order(int id) {
        this.id = id;
        for (int k = 0; k < 20; k++) lines.add("article " + id + "-" + k);
    }
}

@Service
class Orders {
    private final Map<Integer, Order> audit = new ConcurrentHashMap<>();
    int place(int id) {
        Order o = new Order(id);
        if (System.getenv("LEAK") != null) audit.put(id, o);
        return o.lines.size();
    }
}
