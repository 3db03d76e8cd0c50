"""The ministry's words for components, in headers of Final Closing and cells of members files."""

from beneficiaries.models import Component

COMPONENT_WORDS = {
    "HAMIL": Component.PREGNANCY,
    "BUMIL": Component.PREGNANCY,
    "NIFAS": Component.PREGNANCY,
    "AUD": Component.EARLY_CHILD,
    "BALITA": Component.EARLY_CHILD,
    "USIA DINI": Component.EARLY_CHILD,
    "SD": Component.PRIMARY,
    "MI": Component.PRIMARY,
    "SMP": Component.JUNIOR,
    "SLTP": Component.JUNIOR,
    "MTS": Component.JUNIOR,
    "SMA": Component.SENIOR,
    "SLTA": Component.SENIOR,
    "SMK": Component.SENIOR,
    "MA": Component.SENIOR,
    "LANSIA": Component.ELDERLY,
    "LANJUT USIA": Component.ELDERLY,
    "DISABIL": Component.SEVERE_DISABILITY,
    "DISABILITAS": Component.SEVERE_DISABILITY,
    "PDB": Component.SEVERE_DISABILITY,  # penyandang disabilitas berat
    "HAM": Component.RIGHTS_VICTIM,
}
# Fields of a Final Closing layout that hold how many of a component a family has.
COMPONENT_FIELDS = {component.value: component for component in Component}
