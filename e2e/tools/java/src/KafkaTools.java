import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;

/**
 * Kafka's own command line tools, and Kafka itself, in one JVM. Each line of standard input names a class with a
 * main method, its arguments and what it reads on its standard input; the answer holds its exit code and output.
 * {@code "background": true} starts the class on a thread of its own (the broker) and answers at once.
 */
public final class KafkaTools {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PrintStream ANSWERS = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    /** Thrown in place of ending the JVM. */
    private static final class Exited extends RuntimeException {
        final int code;

        Exited(int code) {
            super("exit " + code, null, false, false);
            this.code = code;
        }
    }

    /** The first exit of the tool that is running, with what it had printed by then: some tools catch the exception. */
    private record FirstExit(int code, String output) {}

    private static final AtomicReference<FirstExit> FIRST_EXIT = new AtomicReference<>();
    private static volatile ByteArrayOutputStream output = new ByteArrayOutputStream();

    public static void main(String[] arguments) throws Exception {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Exit.setExitProcedure((code, message) -> exit(code));
        Exit.setHaltProcedure((code, message) -> exit(code));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonNode request = JSON.readTree(line);
            ObjectNode result = request.path("background").asBoolean() ? start(request) : run(request);
            ANSWERS.println(JSON.writeValueAsString(JSON.createObjectNode().put("id", request.get("id").asInt()).set("result", result)));
        }
        Runtime.getRuntime().halt(0);
    }

    private static void exit(int code) {
        FIRST_EXIT.compareAndSet(null, new FirstExit(code, output.toString(StandardCharsets.UTF_8)));
        throw new Exited(code);
    }

    private static ObjectNode start(JsonNode request) {
        Thread thread = new Thread(() -> {
            try {
                invoke(request);
            } catch (ReflectiveOperationException | Exited failure) {
                System.err.println(request.get("main").asText() + " ended: " + failure);
            }
        }, request.get("main").asText());
        thread.setDaemon(true);
        thread.start();
        return JSON.createObjectNode().put("code", 0).put("output", "");
    }

    private static ObjectNode run(JsonNode request) throws Exception {
        FIRST_EXIT.set(null);
        output = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(output, true, StandardCharsets.UTF_8);
        PrintStream previousOut = System.out;
        PrintStream previousErr = System.err;
        System.setIn(new ByteArrayInputStream(request.path("input").asText("").getBytes(StandardCharsets.UTF_8)));
        System.setOut(captured);
        System.setErr(captured);
        int code = 0;
        try {
            invoke(request);
        } catch (Exited exited) {
            code = exited.code;
        } catch (Throwable failure) {
            failure.printStackTrace(captured);
            code = 1;
        } finally {
            System.setOut(previousOut);
            System.setErr(previousErr);
        }
        FirstExit exit = FIRST_EXIT.get();
        return exit == null
            ? JSON.createObjectNode().put("code", code).put("output", output.toString(StandardCharsets.UTF_8))
            : JSON.createObjectNode().put("code", exit.code()).put("output", exit.output());
    }

    private static void invoke(JsonNode request) throws ReflectiveOperationException {
        String[] arguments = JSON.convertValue(request.get("arguments"), String[].class);
        try {
            Class.forName(request.get("main").asText()).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException failure) {
            if (failure.getCause() instanceof Exited exited) throw exited;
            throw new IllegalStateException(failure.getCause());
        }
    }
}
