package vestibule.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens for the tests, signed with the secret of server.json. */
final class Tokens {
    private static final String SECRET = "conformance-secret";

    private Tokens() {}

    /** An HS256 token of the user with further claims, written as JSON members: {@code "\"exp\":1"}. */
    static String token(String user, String... claims) {
        return signed(SECRET, user, claims);
    }

    /** The same, signed with a secret of one's own. */
    static String signed(String secret, String user, String... claims) {
        String members = claims.length == 0 ? "" : "," + String.join(",", claims);
        String text = part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + part("{\"sub\":\"" + user + "\"" + members + "}");
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return text + "." + base64url(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** The claim that lets a token end so many seconds from now. */
    static String endsIn(int seconds) {
        return "\"exp\":" + (System.currentTimeMillis() / 1000 + seconds);
    }

    private static String part(String json) {
        return base64url(json.getBytes(UTF_8));
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
