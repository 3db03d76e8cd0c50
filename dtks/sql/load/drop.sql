DROP TABLE IF EXISTS load_row, load_component, load_counts, load_family, load_belongs, load_claim, load_place,
    load_pair, load_link, load_member, load_household, load_written
