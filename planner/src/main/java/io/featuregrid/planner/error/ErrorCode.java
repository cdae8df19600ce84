package io.featuregrid.planner.error;

/** Every code that FeatureGrid answers with, and the category and HTTP status it stands for. */
public enum ErrorCode {
    PARSE_FAILED(Category.REQUEST, 400),
    RESOLVER_NOT_FOUND(Category.REQUEST, 400),
    INVALID_QUERY(Category.REQUEST, 400),
    CONFLICT(Category.REQUEST, 409),
    TOO_LARGE(Category.REQUEST, 413),
    VALIDATION_FAILED(Category.FIELD, 400),
    RESOLVER_FAILED(Category.FIELD, 500),
    RESOLVER_TIMED_OUT(Category.FIELD, 504),
    UPSTREAM_FAILED(Category.FIELD, 500),
    INTERNAL_SERVER_ERROR(Category.NETWORK, 500),
    UNAUTHENTICATED(Category.NETWORK, 401),
    UNAUTHORIZED(Category.NETWORK, 403),
    CANCELLED(Category.NETWORK, 499),
    DEADLINE_EXCEEDED(Category.NETWORK, 504),
    RESOURCE_EXHAUSTED(Category.NETWORK, 429);

    /** Who has to act: the caller's request, the value of one field, or the service. */
    public enum Category {
        REQUEST,
        FIELD,
        NETWORK
    }

    private final Category category;
    private final int httpStatus;

    ErrorCode(Category category, int httpStatus) {
        this.category = category;
        this.httpStatus = httpStatus;
    }

    public Category category() {
        return category;
    }

    /** The HTTP status when an error of this code refuses a whole request. */
    public int httpStatus() {
        return httpStatus;
    }
}
