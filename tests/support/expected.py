"""``docs/contracts/samples/EXPECTED.md`` as data: the cases, the persons and the figures of the samples."""

R, S, J, L = "reta-pnp", "sistra", "poder-judicial", "linea-1818"
V, A = "victim", "suspect"

SAMPLES = {R: "reta_pnp.csv", S: "sistra.ndjson", J: "poder_judicial.xml", L: "linea_1818.xlsx"}

# received is the sum; the order is that of the arithmetic
OUTCOMES = {
    R: {
        "accepted": 7,
        "accepted_with_warnings": 4,
        "repeated": 0,
        "superseded": 1,
        "conflicting": 0,
        "rejected": 3,
    },
    S: {
        "accepted": 9,
        "accepted_with_warnings": 1,
        "repeated": 1,
        "superseded": 1,
        "conflicting": 1,
        "rejected": 3,
    },
    J: {
        "accepted": 7,
        "accepted_with_warnings": 1,
        "repeated": 1,
        "superseded": 1,
        "conflicting": 1,
        "rejected": 2,
    },
    L: {
        "accepted": 11,
        "accepted_with_warnings": 2,
        "repeated": 1,
        "superseded": 1,
        "conflicting": 0,
        "rejected": 2,
    },
}

CASES: dict[str, set[tuple[str, str]]] = {
    "A": {
        (L, "1818-2023-004417"),
        (L, "1818-2023-004431"),
        (L, "1818-2023-004602"),
        (R, "COM-MAZUKO-2023-41"),
        (R, "DIRCTPTIM-2023-01207"),
        (S, "2706014507-2023-88-0"),
        (J, "00123-2023-0-2703-JR-PE-01"),
        (J, "00123-2023-45-2703-SP-PE-01"),
    },
    "B": {(R, "COM-PICHARI-2024-58"), (S, "1006014508-2024-15-0")},
    "C": {(R, "COM-HUARAL-2020-305"), (S, "1306014504-2020-90-0")},
    "D": {
        (L, "1818-2024-000310"),
        (R, "COM-JUANJUI-2024-77"),
        (S, "2206014506-2024-40-0"),
        (J, "00456-2024-0-2206-JR-PE-02"),
    },
    "E": {(R, "COM-MANCORA-2022-19"), (S, "3106014509-2022-7-0"), (J, "00077-2022-0-3104-JR-PE-01")},
    "F": {(R, "COM-OXAPAMPA-2024-6"), (S, "2906014505-2024-22-0")},
    "H": {(S, "0506014503-2024-5-0"), (S, "0506014521-2024-61-0"), (J, "00031-2024-0-0505-JP-PE-01")},
    "I": {(L, "1818-2024-000402"), (R, "DIRCTPTIM-2024-09051"), (J, "00210-2025-0-1306-JR-PE-03")},
    "J": {(L, "1818-2024-000512")},
    "K": {(R, "COM-PISCO-2024-9")},
    "M": {(J, "00123-2024-0-2703-JR-PE-01")},
}

FAMILIES = dict.fromkeys(CASES, "trafficking") | {"E": "smuggling", "I": "related"}

# accepted, held and exported, but in no case
CALLS_WITHOUT_CASE = {
    (L, "1818-2024-000311"),
    (L, "1818-2024-000315"),
    (L, "1818-2024-000316"),
    (L, "1818-2024-000320"),
}

MentionKey = tuple[str, str, str, int]

PERSONS: dict[str, set[MentionKey]] = {
    "P1": {
        (L, "1818-2023-004417", V, 1),
        (R, "COM-MAZUKO-2023-41", V, 2),
        (S, "2706014507-2023-88-0", V, 1),
        (J, "00123-2023-0-2703-JR-PE-01", V, 1),
        (J, "00123-2023-45-2703-SP-PE-01", V, 1),
        (R, "COM-PICHARI-2024-58", V, 1),
        (S, "1006014508-2024-15-0", V, 1),
    },
    "P2": {
        (L, "1818-2023-004431", V, 1),
        (R, "COM-MAZUKO-2023-41", V, 3),
        (R, "DIRCTPTIM-2023-01207", V, 1),
        (S, "2706014507-2023-88-0", V, 2),
        (J, "00123-2023-0-2703-JR-PE-01", V, 2),
    },
    "P3": {
        (R, "COM-MAZUKO-2023-41", V, 4),
        (S, "2706014507-2023-88-0", V, 3),
        (J, "00123-2023-0-2703-JR-PE-01", V, 3),
    },
    "P4": {
        (L, "1818-2023-004417", A, 2),
        (R, "COM-MAZUKO-2023-41", A, 5),
        (S, "2706014507-2023-88-0", A, 1),
        (J, "00123-2023-0-2703-JR-PE-01", A, 5),
        (J, "00123-2023-45-2703-SP-PE-01", A, 2),
    },
    "P5": {
        (R, "DIRCTPTIM-2023-01207", A, 2),
        (S, "2706014507-2023-88-0", A, 2),
        (J, "00123-2023-0-2703-JR-PE-01", A, 6),
    },
    "P6": {
        (R, "COM-HUARAL-2020-305", V, 1),
        (S, "1306014504-2020-90-0", V, 1),
        (R, "COM-JUANJUI-2024-77", A, 3),
        (S, "2206014506-2024-40-0", A, 1),
        (J, "00456-2024-0-2206-JR-PE-02", A, 4),
    },
    "P7": {(R, "COM-HUARAL-2020-305", A, 2), (S, "1306014504-2020-90-0", A, 1)},
    "P8": {
        (L, "1818-2024-000310", V, 1),
        (R, "COM-JUANJUI-2024-77", V, 1),
        (S, "2206014506-2024-40-0", V, 1),
        (J, "00456-2024-0-2206-JR-PE-02", V, 2),
    },
    "P9": {
        (R, "COM-JUANJUI-2024-77", V, 2),
        (S, "2206014506-2024-40-0", V, 2),
        (J, "00456-2024-0-2206-JR-PE-02", V, 3),
    },
    "P10": {(S, "2206014506-2024-40-0", A, 2), (J, "00456-2024-0-2206-JR-PE-02", A, 5)},
    "P11": {
        (R, "COM-MANCORA-2022-19", V, 1),
        (S, "3106014509-2022-7-0", V, 1),
        (J, "00077-2022-0-3104-JR-PE-01", V, 1),
    },
    "P12": {(R, "COM-MANCORA-2022-19", V, 2), (S, "3106014509-2022-7-0", V, 2)},
    "P13": {
        (R, "COM-MANCORA-2022-19", A, 3),
        (S, "3106014509-2022-7-0", A, 1),
        (J, "00077-2022-0-3104-JR-PE-01", A, 2),
    },
    "P14": {(R, "COM-OXAPAMPA-2024-6", V, 1), (S, "2906014505-2024-22-0", V, 1)},
    "P15": {(R, "COM-OXAPAMPA-2024-6", A, 2), (S, "2906014505-2024-22-0", A, 1)},
    "P16": {(R, "COM-PICHARI-2024-58", A, 2), (S, "1006014508-2024-15-0", A, 1)},
    "P17": {
        (S, "0506014503-2024-5-0", V, 1),
        (S, "0506014521-2024-61-0", V, 1),
        (J, "00031-2024-0-0505-JP-PE-01", V, 1),
    },
    "P18": {
        (S, "0506014503-2024-5-0", A, 1),
        (S, "0506014521-2024-61-0", A, 1),
        (J, "00031-2024-0-0505-JP-PE-01", A, 2),
    },
    "P19": {
        (L, "1818-2024-000402", V, 1),
        (R, "DIRCTPTIM-2024-09051", V, 1),
        (J, "00210-2025-0-1306-JR-PE-03", V, 1),
    },
    "P20": {
        (L, "1818-2024-000402", A, 2),
        (R, "DIRCTPTIM-2024-09051", A, 2),
        (J, "00210-2025-0-1306-JR-PE-03", A, 2),
    },
    "P21": {(L, "1818-2024-000512", V, 1)},
    # nobody known: three persons unless shown otherwise
    "NN-D": {(R, "COM-JUANJUI-2024-77", A, 4)},
    "NN-M": {(J, "00123-2024-0-2703-JR-PE-01", A, 3)},
    "NN-A": {(L, "1818-2023-004431", A, 2)},
}

VICTIMS_BY_FEEDS = {"1111": 3, "0111": 2, "0110": 2, "0011": 1, "1000": 1}
