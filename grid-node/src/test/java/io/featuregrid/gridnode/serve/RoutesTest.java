package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private final Routes routes = new Routes();

    @Test
    void theLongestPrefixAnswers() {
        HttpHandler page = handler();
        HttpHandler assets = handler();
        HttpHandler apply = handler();
        routes.add("/", page);
        routes.add("/assets/", assets);
        routes.add("/v1/apply", apply);

        assertThat(routes.find("/v1/apply")).containsSame(apply);
        assertThat(routes.find("/v1/apply/more")).containsSame(page);
        assertThat(routes.find("/assets/style.css")).containsSame(assets);
        assertThat(routes.find("/assets")).containsSame(page);
        assertThat(routes.find("/")).containsSame(page);
    }

    @Test
    void aPathIsNoPrefixOfOthers() {
        routes.add("/v1/apply", handler());

        assertThat(routes.find("/v1/apply/")).isEmpty();
        assertThat(routes.find("/v1/applying")).isEmpty();
        assertThat(routes.find("/v1")).isEmpty();
        assertThat(routes.find("")).isEmpty();
    }

    @Test
    void aPrefixHasOneHandler() {
        routes.add("/v1/apply", handler());

        assertThatThrownBy(() -> routes.add("/v1/apply", handler())).hasMessageContaining("has a handler already");
        assertThatThrownBy(() -> routes.add("v1", handler())).hasMessageContaining("begins with /");
    }

    private static HttpHandler handler() {
        // An object of its own each time, which a lambda that captures nothing would not be.
        return new HttpHandler() {
            @Override
            public HttpReply handle(HttpCall call) {
                return HttpReply.json(NullNode.getInstance());
            }
        };
    }
}
