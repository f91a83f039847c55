package io.couponrush.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/**
 * JSON as sent or not at all: UTF-8 without a mark, one object, no duplicate members, nothing behind it, no NUL and no
 * half of a surrogate pair. Whole numbers stay whole or become {@code BigInteger}, others {@code BigDecimal}: nothing
 * is rounded or wrapped.
 */
public final class StrictJson {
    private static final int DEPTH = 32;
    private static final ObjectMapper MAPPER = mapper();

    private StrictJson() {}

    /** What is wrong with the text, in words for the client. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private final String reason;

        Malformed(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        public String reason() {
            return reason;
        }
    }

    public static JsonObject object(Buffer body) throws Malformed {
        Object value = parse(body);
        if (!(value instanceof Map<?, ?> map)) {
            throw new Malformed("must be a JSON object");
        }
        checkStrings(map);
        @SuppressWarnings("unchecked") // a JSON object's names are strings
        var members = (Map<String, Object>) map;
        return new JsonObject(members);
    }

    private static Object parse(Buffer body) throws Malformed {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body.getBytes()))
                    .toString();
            return MAPPER.readValue(text, Object.class);
        } catch (CharacterCodingException e) {
            throw new Malformed("must be UTF-8");
        } catch (MismatchedInputException e) { // its own words are about Java
            throw new Malformed("must be one JSON object, and nothing behind it");
        } catch (JsonProcessingException e) {
            throw new Malformed("must be valid JSON: " + firstLine(e.getOriginalMessage()));
        }
    }

    private static void checkStrings(Object value) throws Malformed {
        if (value instanceof String text) {
            checkText(text);
        } else if (value instanceof Map<?, ?> map) {
            for (var member : map.entrySet()) {
                checkStrings(member.getKey());
                if (member.getValue() != null) {
                    checkStrings(member.getValue());
                }
            }
        } else if (value instanceof Collection<?> list) {
            for (var item : list) {
                if (item != null) {
                    checkStrings(item);
                }
            }
        }
    }

    private static void checkText(String text) throws Malformed {
        if (text.indexOf('\0') >= 0) {
            throw new Malformed("must not hold U+0000");
        }
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new Malformed("must not hold half of a surrogate pair");
            }
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static ObjectMapper mapper() {
        var mapper = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH)
                        .maxNumberLength(64)
                        .build());
        return mapper;
    }
}
