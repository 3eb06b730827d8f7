"""Columns of the tables that ingestion fills in bulk, in the order in which their rows are made."""

from collections.abc import Mapping
from typing import Final

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    table: tuple(columns.split())
    for table, columns in {
        "record": "id feed key number stamp content_digest annulled data_key index_version",
        "record_version": "record_id stamp revision adapter_version content_digest batch_id position",
        "delivery": "batch_id position record_id number stamp outcome rows data_key verbatim",
        "delivery_issue": "batch_id position ordinal code severity row record field value",
        "report": """
            record_id feed number citation_key stamp annulled makes_case joins_case category
            offence_family offence_code offence_label facts_date report_date reported_at
            referred_at referred_to office office_district department province district purposes
            recruitment exploitation_place stage victims_claimed rulings narrative
        """,
        "citation": "record_id ordinal feed raw key relation",
        "mention": """
            id record_id role order kind present sex age_min age_max nationality origin_ubigeo
            relation rescued detained measures services
        """,
        "mention_identity": "mention_id identity features",
        "mention_key": "key mention_id",
        "record_key": "key record_id",
    }.items()
}
