package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.serve.ApiFragment;
import io.featuregrid.gridnode.serve.HttpCall;
import io.featuregrid.gridnode.serve.HttpHandler;
import io.featuregrid.gridnode.serve.HttpPort;
import io.featuregrid.gridnode.serve.HttpReply;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogChange;
import io.featuregrid.planner.definition.CatalogDiff;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.definition.ChangeEffects;
import io.featuregrid.planner.definition.Proposal;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.NamedQueries;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and changes the catalog over HTTP. */
final class CatalogEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogEndpoints.class);

    private final CatalogStore catalogs;
    private final NodeFunctions functions;

    CatalogEndpoints(CatalogStore catalogs, NodeFunctions functions) {
        this.catalogs = catalogs;
        this.functions = functions;
    }

    void mountOn(HttpPort http) {
        ApiFragment api = ApiFragment.of(CatalogEndpoints.class, "catalog");
        http.mount(
                "/v1/catalog",
                Allowed.ANY_ROLE,
                api,
                HttpHandler.of("GET", call -> HttpReply.json(CatalogJson.write(catalogs.current()))));
        http.mount("/v1/apply", Allowed.to(Role.APPLY), api, HttpHandler.of("POST", this::apply));
    }

    /** With {@code ?plan=true} nothing is changed, and the version answered is the one that the change would make. */
    private HttpReply apply(HttpCall call) {
        boolean planned = call.flag("plan");
        Proposal proposal = functions.read(call.json());
        if (!planned && proposal.baseVersion() == null) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "base_version is missing (expected the version of GET /v1/catalog that the change starts from;"
                            + " with ?plan=true it may be left out)");
        }
        Catalog current = catalogs.current();
        CatalogChange change = CatalogChange.plan(current, proposal);
        List<Problem> problems = new ArrayList<>(NamedQueries.check(change.next(), proposal.sources()));
        problems.addAll(functions.problems(current, change.next(), proposal.sources()));
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
        if (!planned && !change.diff().isEmpty()) {
            catalogs.replace(current.version(), change.next());
            LOG.info(
                    "catalog is at version {}: {} added, {} changed, {} removed",
                    change.next().version(),
                    change.diff().added().size(),
                    change.diff().changed().size(),
                    change.diff().removed().size());
        }
        return HttpReply.json(describe(change, ChangeEffects.of(current, change)));
    }

    private static ObjectNode describe(CatalogChange change, ChangeEffects effects) {
        CatalogDiff diff = change.diff();
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        reply.put("version", change.next().version());
        fill(reply.putArray("added"), diff.added());
        fill(reply.putArray("changed"), diff.changed());
        fill(reply.putArray("removed"), diff.removed());
        ObjectNode details = reply.putObject("details");
        diff.details().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(detail -> details.put(detail.getKey(), detail.getValue()));
        ArrayNode breaks = reply.putArray("breaks");
        effects.breaks()
                .forEach(broken -> breaks.addObject()
                        .put("object", broken.object())
                        .put("because", broken.because())
                        .put("through", broken.through())
                        .put("stays", broken.stays()));
        ObjectNode costs = reply.putObject("costs");
        effects.costs().forEach(costs::put);
        reply.putArray("errors");
        return reply;
    }

    private static void fill(ArrayNode array, List<String> names) {
        names.forEach(array::add);
    }
}
