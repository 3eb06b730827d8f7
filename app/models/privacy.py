"""The privacy class of every column: what it says of people, and so how it is kept, shown and erased.

One table for all of them, read by the rotation of keys (``WRAPPED_KEY``) and by the inventory of
docs/security. A column without a class fails a test.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final


class Privacy(StrEnum):
    """Ley 29733, art. 2: ``SEALED`` to ``LINK`` are personal data; the first three are unreadable
    without keys."""

    SEALED = "sealed"  # identity, free text, received bytes: AES-256-GCM under the record's data key
    BLIND = "blind"  # keyed digests: equal values meet, none can be read or guessed without the key
    WRAPPED_KEY = "wrapped-key"  # data keys under a wrapping key; destroying one erases what it sealed
    SENSITIVE = "sensitive"  # codes that say something of a person without naming them
    CASE = "case"  # numbers, dates, places and codes of a case file
    LINK = "link"  # which rows speak of one person or one case
    STAFF = "staff"  # who of the institutions did something, and in their own words
    CREDENTIAL = "credential"  # proves who calls: hashes, public keys, single-use marks
    OPERATIONAL = "operational"  # says nothing of anybody


_COLUMNS: Final[Mapping[str, Mapping[Privacy, str]]] = {
    "alembic_version": {Privacy.OPERATIONAL: "version_num"},
    "batch": {
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.STAFF: "client",
        Privacy.OPERATIONAL: "id feed mode state form sha256 size_bytes gzip received_at translated_at"
        " linked_at erased_at error_code contract_version adapter_version checkpoint attempts received"
        " accepted accepted_with_warnings repeated superseded conflicting rejected",
    },
    "landed_chunk": {Privacy.SEALED: "ciphertext", Privacy.OPERATIONAL: "batch_id position"},
    "idempotency_key": {
        Privacy.BLIND: "request_digest",
        Privacy.STAFF: "client",
        Privacy.OPERATIONAL: "key batch_id answer made_at",
    },
    "record": {
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.BLIND: "content_digest",
        Privacy.CASE: "feed key number stamp annulled",
        Privacy.OPERATIONAL: "id index_version first_received_at last_received_at",
    },
    "record_version": {
        Privacy.BLIND: "content_digest",
        Privacy.CASE: "stamp",
        Privacy.OPERATIONAL: "record_id revision adapter_version batch_id position held_at",
    },
    "delivery": {
        Privacy.SEALED: "verbatim",
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.CASE: "number stamp",
        Privacy.OPERATIONAL: "batch_id position record_id outcome rows received_at",
    },
    "delivery_issue": {
        Privacy.CASE: "record value",
        Privacy.OPERATIONAL: "batch_id position ordinal code severity row field",
    },
    "report": {
        Privacy.SEALED: "narrative",
        Privacy.CASE: "feed number citation_key stamp annulled makes_case joins_case category offence_family"
        " offence_code offence_label facts_date report_date reported_at referred_at referred_to office"
        " office_district department province district purposes recruitment exploitation_place stage"
        " victims_claimed rulings",
        Privacy.OPERATIONAL: "record_id",
    },
    "citation": {Privacy.CASE: "feed raw key relation", Privacy.OPERATIONAL: "record_id ordinal"},
    "mention": {
        Privacy.SENSITIVE: "role kind present sex age_min age_max nationality origin_ubigeo relation rescued"
        " detained measures services",
        Privacy.OPERATIONAL: "id record_id order",
    },
    "mention_identity": {Privacy.SEALED: "identity features", Privacy.OPERATIONAL: "mention_id"},
    "feed_state": {Privacy.OPERATIONAL: "feed watermark pulled_at error_code"},
    "mention_key": {Privacy.BLIND: "key", Privacy.OPERATIONAL: "mention_id"},
    "record_key": {Privacy.BLIND: "key", Privacy.OPERATIONAL: "record_id"},
    "link_dirty": {Privacy.OPERATIONAL: "record_id since"},
    "judgement": {
        Privacy.LINK: "kind a b outcome weight probability",
        Privacy.STAFF: "judge reason",
        Privacy.OPERATIONAL: "id model made_at act_id",
    },
    "review_item": {
        Privacy.LINK: "kind a b ours theirs pairs likely",
        Privacy.SENSITIVE: "minors",
        Privacy.CASE: "families departments years feeds",
        Privacy.OPERATIONAL: "state proposal rank cases victims victimisations suspects moved",
    },
    "review_claim": {
        Privacy.LINK: "kind a b",
        Privacy.STAFF: "holder",
        Privacy.OPERATIONAL: "claimed_at expires_at",
    },
    "review_act": {
        Privacy.BLIND: "digest",
        Privacy.LINK: "effect",
        Privacy.STAFF: "judge",
        Privacy.OPERATIONAL: "id number kind act outcome why_second made_at",
    },
    "review_pair": {Privacy.LINK: "a b outcome", Privacy.OPERATIONAL: "act_id"},
    "review_word": {
        Privacy.LINK: "effect",
        Privacy.STAFF: "judge",
        Privacy.OPERATIONAL: "act_id word made_at",
    },
    "review_reason": {
        Privacy.SEALED: "reason",
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.OPERATIONAL: "act_id word",
    },
    "pin": {
        Privacy.SEALED: "reason",
        Privacy.SENSITIVE: "value",
        Privacy.LINK: "member",
        Privacy.STAFF: "judge",
        Privacy.OPERATIONAL: "id kind attribute act made_at",
    },
    "edge": {Privacy.LINK: "kind a b weight outcome probability"},
    "case_entity": {
        Privacy.CASE: "offence_family offence_conflict first_date facts_date department province"
        " exploitation_place stage feeds reports victims suspects",
        Privacy.OPERATIONAL: "id number made_at changed_at",
    },
    "case_member": {Privacy.LINK: "record_id case_id"},
    "person_entity": {Privacy.OPERATIONAL: "id number made_at changed_at"},
    "person_case": {
        Privacy.SENSITIVE: "sex nationality age_group minor relation",
        Privacy.LINK: "person_id case_id",
    },
    "person_member": {Privacy.LINK: "mention_id person_id"},
    "redirect": {Privacy.LINK: "kind event from_id to_id", Privacy.OPERATIONAL: "id at"},
    "former_member": {Privacy.LINK: "kind entity_id member", Privacy.OPERATIONAL: "id"},
    "change": {Privacy.CASE: "entity_id", Privacy.OPERATIONAL: "position kind event at"},
    "change_cursor": {Privacy.OPERATIONAL: "id last"},
    "statistics_cube": {Privacy.OPERATIONAL: "id generation asked_at"},
    "link_state": {Privacy.OPERATIONAL: "id model rebuilt_at blocking"},
    "client": {
        Privacy.CREDENTIAL: "secret_hash",
        Privacy.STAFF: "id name scopes role feed department",
        Privacy.OPERATIONAL: "made_at disabled_at officer_proof",
    },
    "client_credential": {
        Privacy.CREDENTIAL: "id kind material",
        Privacy.STAFF: "client_id officer",
        Privacy.OPERATIONAL: "made_at",
    },
    "single_use": {Privacy.CREDENTIAL: "digest", Privacy.OPERATIONAL: "expires_at"},
    "revoked_token": {Privacy.CREDENTIAL: "token_id", Privacy.OPERATIONAL: "expires_at"},
    "break_glass": {
        Privacy.SEALED: "purpose remark",
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.LINK: "kind entity_id",
        Privacy.STAFF: "client officer reviewer_client reviewer verdict",
        Privacy.OPERATIONAL: "id taken_at expires_at closed_at review_due_at reviewed_at",
    },
    "notice": {Privacy.OPERATIONAL: "position feed break_glass_id at"},
    "identity_use": {Privacy.STAFF: "client officer", Privacy.OPERATIONAL: "hour uses"},
    "request_pace": {Privacy.BLIND: "who", Privacy.OPERATIONAL: "free_at"},
    "unusual_reading": {
        Privacy.STAFF: "client officer opened expected",
        Privacy.OPERATIONAL: "position day reason at",
    },
    "installation": {Privacy.CREDENTIAL: "keys_fingerprint", Privacy.OPERATIONAL: "id made_at"},
    "audit_entry": {
        Privacy.BLIND: "purpose request",
        Privacy.LINK: "objects",
        Privacy.STAFF: "actor officer",
        Privacy.OPERATIONAL: "id at kind outcome",
    },
    "audit_purpose": {
        Privacy.SEALED: "sealed",
        Privacy.WRAPPED_KEY: "data_key",
        Privacy.OPERATIONAL: "entry_id",
    },
    "audit_pending": {Privacy.BLIND: "hash", Privacy.OPERATIONAL: "ticket entry_id"},
    "audit_leaf": {Privacy.BLIND: "hash", Privacy.OPERATIONAL: "position entry_id"},
    "audit_node": {Privacy.BLIND: "hash", Privacy.OPERATIONAL: "level place"},
    "audit_checkpoint": {Privacy.OPERATIONAL: "size note made_at"},
    "model_version": {
        Privacy.STAFF: "made_by",
        Privacy.OPERATIONAL: "version content digest provenance made_at",
    },
    "model_comparison": {
        Privacy.LINK: "report",
        Privacy.STAFF: "made_by",
        Privacy.OPERATIONAL: "digest version against position pending versions made_at",
    },
    "model_promotion": {
        Privacy.STAFF: "reason made_by",
        Privacy.OPERATIONAL: "id kind version previous undoes comparison made_at",
    },
    "promotion_member": {Privacy.LINK: "promotion_id kind member entity_id"},
    "release": {
        Privacy.STAFF: "built_by",
        Privacy.OPERATIONAL: "id period version replaces first_day last_day cut_off position judgement"
        " redirect model indicators policy code built_at",
    },
    "release_table": {Privacy.OPERATIONAL: "release_id edition table_id cells sha256 content"},
    "release_fact": {Privacy.LINK: "content", Privacy.OPERATIONAL: "release_id indicator"},
    "release_manifest": {
        Privacy.STAFF: "content",
        Privacy.OPERATIONAL: "release_id edition sha256 signature key",
    },
    "release_act": {Privacy.STAFF: "who reason", Privacy.OPERATIONAL: "release_id act at not_before"},
    "release_build": {
        Privacy.STAFF: "client who reason",
        Privacy.OPERATIONAL: "id period public key asked_at state attempts finished_at release_id code es en",
    },
    "erased_identity": {Privacy.BLIND: "mark", Privacy.OPERATIONAL: "record_id"},
    "erasure": {
        Privacy.STAFF: "instrument done_by",
        Privacy.OPERATIONAL: "id ground records mentions done_at",
    },
    "legal_hold": {
        Privacy.STAFF: "instrument placed_by lifted_by",
        Privacy.OPERATIONAL: "id record_id placed_at lifted_at",
    },
    "pgqueuer": {
        Privacy.OPERATIONAL: "id priority queue_manager_id created updated heartbeat execute_after status"
        " entrypoint slot dedupe_key payload headers attempts"
    },
    "pgqueuer_log": {
        Privacy.OPERATIONAL: "id created job_id status priority entrypoint traceback aggregated"
    },
    "pgqueuer_statistics": {Privacy.OPERATIONAL: "id created count priority status entrypoint"},
    "pgqueuer_schedules": {
        Privacy.OPERATIONAL: "id expression entrypoint heartbeat created updated next_run last_run status"
    },
}


def _classes() -> dict[tuple[str, str], Privacy]:
    classes: dict[tuple[str, str], Privacy] = {}
    for table, columns in _COLUMNS.items():
        for privacy, names in columns.items():
            for name in names.split():
                if (table, name) in classes:
                    raise ValueError(f"{table}.{name} has two classes")
                classes[table, name] = privacy
    return classes


CLASSES: Final[Mapping[tuple[str, str], Privacy]] = _classes()


def columns_of(privacy: Privacy) -> Iterator[tuple[str, str]]:
    """(table, column), in the order of the table above."""
    return (place for place, its in CLASSES.items() if its is privacy)
