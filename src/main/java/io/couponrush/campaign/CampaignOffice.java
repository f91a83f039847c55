package io.couponrush.campaign;

import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and changes campaigns and sees that every node hears of it: what the staff's routes and the demo do. */
public final class CampaignOffice {
    private static final Logger LOG = LoggerFactory.getLogger(CampaignOffice.class);

    private final CampaignStore store;
    private final CampaignEditStore edits;
    private final CampaignNews news;
    private final Campaigns campaigns;
    private final StockReload stock;

    public CampaignOffice(
            CampaignStore store, CampaignEditStore edits, CampaignNews news, Campaigns campaigns, StockReload stock) {
        this.store = store;
        this.edits = edits;
        this.news = news;
        this.campaigns = campaigns;
        this.stock = stock;
    }

    Future<Campaign> create(Terms terms, Deed deed) {
        return store.create(terms, deed).compose(campaign -> {
            campaigns.learn(campaign);
            news.changed(campaign.eventId(), campaign.version());
            return reload(campaign.eventId()).map(campaign);
        });
    }

    /** A new campaign with the terms of another, as {@code body} changes them. */
    Future<Answer<Campaign>> copy(long eventId, TermsBody body, Instant now, Deed deed) {
        return store.find(eventId).compose(original -> {
            if (original == null) {
                return Future.succeededFuture(Answer.denied(ProblemCode.EVENT_NOT_FOUND));
            }
            Terms terms = body.copy(original.terms(), now);
            return body.errors().isEmpty()
                    ? create(terms, deed).map(Answer::given)
                    : Future.succeededFuture(Answer.denied(Problem.invalid(body.errors())));
        });
    }

    /** The campaign of that title unless it has ended, else a new one. For seeding: two at a time may make two. */
    public Future<Campaign> createIfAbsent(Terms terms) {
        return store.findRunning(terms.title())
                .compose(found -> found != null
                        ? Future.succeededFuture(found)
                        : create(terms, Deed.ofTheService("event.create")));
    }

    Future<Answer<Change>> change(long eventId, Edit edit, Deed deed) {
        return edits.change(eventId, edit, deed).compose(answer -> {
            if (answer instanceof Answer.Given<Change> given && given.value().happened()) {
                return spread(given.value()).map(answer);
            }
            return Future.succeededFuture(answer);
        });
    }

    private Future<Void> spread(Change change) {
        Campaign after = change.after();
        OptionalInt turned = change.turned() ? OptionalInt.of(after.soldOutGeneration()) : OptionalInt.empty();
        campaigns.learn(after);
        news.changed(after.eventId(), after.version());
        return load(after.eventId(), change.fenced(), turned);
    }

    /**
     * Sees that every node hears of a committed change. Redis first, then the news that stock has returned: who comes
     * because of it finds it there. Never fails.
     *
     * @param fenced whether the change began an epoch, which Redis has to load
     * @param turned the generation that the change began, if it sold out or reopened
     */
    public Future<Void> spread(long eventId, boolean fenced, OptionalInt turned) {
        campaigns.changed(eventId, 0);
        news.changed(eventId, 0);
        return load(eventId, fenced, turned);
    }

    private Future<Void> load(long eventId, boolean fenced, OptionalInt turned) {
        Future<Void> loaded = fenced ? reload(eventId) : Future.succeededFuture();
        return loaded.onSuccess(v -> {
            turned.ifPresent(generation -> news.turned(eventId, generation));
            news.outboxWritten();
        });
    }

    /** The change is committed whatever becomes of this. */
    private Future<Void> reload(long eventId) {
        return Future.succeededFuture().compose(v -> stock.reload(eventId)).otherwise(e -> {
            LOG.warn("event {} was changed, its stock is not loaded yet: {}", eventId, e.toString());
            return null;
        });
    }
}
