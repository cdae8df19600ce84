package io.featuregrid.ops.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenAccessTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong micros = new AtomicLong(1_000_000);
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    private Path folder;

    private Path file;
    private Tokens tokens;

    @BeforeEach
    void open() {
        file = folder.resolve("access").resolve("tokens.json");
        tokens = new Tokens(file, micros::get, new SecureRandom());
    }

    @Test
    void aTokenAllowsItsRolesAndNothingElseDoes() throws IOException {
        String read = create(null, Role.READ);
        String both = create(null, Role.INGEST, Role.IMPORT);
        TokenAccess access = access();

        assertThat(access.asks()).isTrue();
        assertThat(access.roles(read)).containsExactly(Role.READ);
        assertThat(access.roles(both)).containsExactlyInAnyOrder(Role.INGEST, Role.IMPORT);
        for (String other :
                List.of("", "fg_", read.substring(3), read + " ", read.toLowerCase(java.util.Locale.ROOT))) {
            assertThat(access.roles(other)).as(other).isEmpty();
        }
        assertThat(Files.readString(file)).doesNotContain(read.substring(3), both.substring(3));
    }

    @Test
    void oneBitMakesAnotherToken() throws IOException {
        String token = create(null, Role.READ);
        TokenAccess access = access();

        IntStream.range(0, 7 * token.length()).forEach(bit -> {
            char[] letters = token.toCharArray();
            letters[bit / 7] ^= (char) (1 << bit % 7);
            assertThat(access.roles(new String(letters))).isEmpty();
        });
        assertThat(access.roles(token)).isNotEmpty();
    }

    @Test
    void aNewTokenCountsAtOnceAndARevokedOneSoonNoMore() throws IOException {
        TokenAccess access = access();
        assertThat(access.hasTokens()).isFalse();
        String first = create(null, Role.READ);
        String second = create(null, Role.APPLY);

        assertThat(access.roles(first)).containsExactly(Role.READ);
        tokens.revoke(tokens.list().getFirst().id());
        nanos.addAndGet(SECOND);
        assertThat(access.roles(first)).isEmpty();
        assertThat(access.roles(second)).containsExactly(Role.APPLY);
    }

    @Test
    void anExpiredTokenCountsNoMoreFromThatInstantOn() throws IOException {
        String token = create(50L, Role.READ);
        TokenAccess access = access();

        micros.addAndGet(49);
        assertThat(access.roles(token)).isNotEmpty();
        micros.addAndGet(1);
        assertThat(access.roles(token)).isEmpty();
        assertThat(access.hasTokens()).isFalse();
        assertThat(tokens.list())
                .singleElement()
                .satisfies(kept -> assertThat(kept.counts(micros.get())).isFalse());
    }

    @Test
    void whileTheFileIsDamagedNobodyIsLetIn() throws IOException {
        String token = create(null, Role.READ);
        TokenAccess access = access();
        byte[] content = Files.readAllBytes(file);

        for (String damage : List.of(
                "", "{\"format\": 2, \"tokens\": []}", "{\"format\": 1}", "[", "{\"format\": 1, \"tokens\": [{}]}")) {
            Files.writeString(file, damage);
            nanos.addAndGet(SECOND);
            assertThat(access.roles(token)).as(damage).isEmpty();
            assertThatThrownBy(this::access).as(damage).isInstanceOf(IOException.class);
        }
        Files.write(file, content);
        nanos.addAndGet(SECOND);
        assertThat(access.roles(token)).isNotEmpty();
    }

    @Test
    void aFileThatOthersMayWriteIsNotBelieved() throws IOException {
        create(null, Role.READ);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThatThrownBy(this::access).hasMessageContaining("may be written by others");
        assertThatThrownBy(() -> tokens.list()).isInstanceOf(FeatureGridException.class);
    }

    @Test
    void tokensAreNeverInTexts() {
        Token.Made made = tokens.create("a name", Set.of(Role.READ), null);

        assertThat(made.toString() + made.token() + made.token().describe(0)).doesNotContain(made.secret());
        assertThatThrownBy(() -> tokens.revoke(made.secret()))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageNotContaining(made.secret());
    }

    private String create(@org.jspecify.annotations.Nullable Long life, Role first, Role... others) {
        return tokens.create("", EnumSet.of(first, others), life).secret();
    }

    private TokenAccess access() throws IOException {
        return new TokenAccess(file, micros::get, nanos::get);
    }
}
