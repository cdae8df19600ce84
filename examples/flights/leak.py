"""What a careless join of the last arrival delays would have leaked, in figures.

Compares the honest training set with joins that take an arrival delay to be known from its flight's scheduled
departure on, instead of from its landing. Plain pandas; it takes about half a minute.
"""

import sys

import expected
import pandas

JOINS = {
    "landed by then (honest)": None,
    "departure before mine": False,
    "departure up to mine": True,
}
"""Whether an observation at the very instant of the question counts; None for the honest join."""


def area_under_curve(score: pandas.Series, late: pandas.Series) -> float:
    """The chance that a late flight has a higher score than one on time (ties count half), over rows with both."""
    known = score.notna() & late.notna()
    rank, positive = score[known].rank(), late[known].astype(bool)
    late_count, timely_count = int(positive.sum()), int((~positive).sum())
    return (rank[positive].sum() - late_count * (late_count + 1) / 2) / (late_count * timely_count)


def careless_join(flights: pandas.DataFrame, key: str, inclusive: bool) -> pandas.DataFrame:
    """The newest arrival delay of the same plane or carrier by scheduled departure, with its `landed`."""
    asked = flights.reset_index(drop=True)[[key, "scheduled"]].rename_axis("row").reset_index().dropna()
    known = flights[[key, "scheduled", "arr_delay", "landed"]].dropna()
    merged = pandas.merge_asof(
        asked.sort_values("scheduled", kind="stable"),
        known.sort_values("scheduled", kind="stable"),
        on="scheduled",
        by=key,
        allow_exact_matches=inclusive,
    )
    return merged.set_index("row").reindex(range(len(flights)))


def main() -> int:
    """Prints, for plane and carrier and each way to join, the flights that see the future and the score's AUC."""
    flights = expected.read_flights(expected.DATA / "flights.parquet", expected.DATA)
    training = expected.expected_training_set(flights)
    departure = flights["scheduled"].reset_index(drop=True)
    for key, feature in (("tailnum", "flight.plane.last_arr_delay"), ("carrier", "flight.airline.last_arr_delay")):
        for name, inclusive in JOINS.items():
            if inclusive is None:
                score, leaks = training[feature], 0
            else:
                joined = careless_join(flights, key, inclusive)
                score, leaks = joined["arr_delay"], int((joined["landed"] > departure).sum())
            area = area_under_curve(score, training["late"])
            print(f"{feature:32} {name:24} {leaks:7,} of {len(flights):,} see the future, AUC {area:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
