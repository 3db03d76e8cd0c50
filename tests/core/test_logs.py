import structlog


def test_a_searched_number_stays_out_of_the_log(client, db):
    with structlog.testing.capture_logs() as lines:
        client.get("/api/v1/members/", {"search": "9901014101900001"})

    assert [line for line in lines if "/api/v1/members/" in str(line)] != []
    assert "9901014101900001" not in str(lines)
