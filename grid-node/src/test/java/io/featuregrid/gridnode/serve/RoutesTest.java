package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import io.featuregrid.planner.execute.Allowed;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private final Routes routes = new Routes();

    @Test
    void theLongestPrefixAnswers() {
        HttpHandler page = handler();
        HttpHandler assets = handler();
        HttpHandler apply = handler();
        routes.add("/", Allowed.EVERYBODY, page);
        routes.add("/assets/", Allowed.EVERYBODY, assets);
        routes.add("/v1/apply", Allowed.EVERYBODY, apply);

        assertThat(routes.find("/v1/apply").map(Routes.Route::handler)).containsSame(apply);
        assertThat(routes.find("/v1/apply/more").map(Routes.Route::handler)).containsSame(page);
        assertThat(routes.find("/assets/style.css").map(Routes.Route::handler)).containsSame(assets);
        assertThat(routes.find("/assets").map(Routes.Route::handler)).containsSame(page);
        assertThat(routes.find("/").map(Routes.Route::handler)).containsSame(page);
    }

    @Test
    void aPathIsNoPrefixOfOthers() {
        routes.add("/v1/apply", Allowed.EVERYBODY, handler());

        assertThat(routes.find("/v1/apply/").map(Routes.Route::handler)).isEmpty();
        assertThat(routes.find("/v1/applying").map(Routes.Route::handler)).isEmpty();
        assertThat(routes.find("/v1").map(Routes.Route::handler)).isEmpty();
        assertThat(routes.find("").map(Routes.Route::handler)).isEmpty();
    }

    @Test
    void aPrefixHasOneHandler() {
        routes.add("/v1/apply", Allowed.EVERYBODY, handler());

        assertThatThrownBy(() -> routes.add("/v1/apply", Allowed.EVERYBODY, handler()))
                .hasMessageContaining("has a handler already");
        assertThatThrownBy(() -> routes.add("v1", Allowed.EVERYBODY, handler())).hasMessageContaining("begins with /");
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
