"""Look at everything that could be wrong and say it: `oa-desktop doctor` and the diagnostics page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import decimal_size
from oa_desktop.paths import AppPaths
from oa_desktop.services.accelerators import device_findings
from oa_desktop.services.device_probe import DeviceProbe, probe_devices
from oa_desktop.services.doctor_checks import (
    Machine,
    PathStatus,
    machine,
    machine_findings,
    path_findings,
    path_statuses,
    version_findings,
    versions,
)
from oa_desktop.services.engine_probe import EngineProbe, probe_engine
from oa_desktop.services.findings import Finding, Level, problem
from oa_desktop.services.fit.estimate import USUAL_BYTES_A_WEIGHT, largest_model_bytes, machine_with
from oa_desktop.services.graphics import graphics
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.saved_states import measure
from oa_desktop.settings import Settings
from oa_desktop.settings_file import Notice

_SMALLEST_BILLIONS, _WHOLE_BILLIONS = 0.1, 3

DatabaseCheck = Callable[[], Iterable[Finding]]
"""Looks at the store; may raise StorageError."""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything that was seen. findings: worst first."""

    findings: tuple[Finding, ...]
    versions: Mapping[str, str]
    machine: Machine
    paths: tuple[PathStatus, ...]
    engine: EngineProbe
    devices: DeviceProbe

    @property
    def healthy(self) -> bool:
        """Whether nothing keeps the app from working."""
        return all(finding.level is not Level.PROBLEM for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values for `doctor --json`."""
        plain: dict[str, Any] = _plain(asdict(self))
        return {"healthy": self.healthy, **plain}


def report(
    paths: AppPaths,
    *,
    settings_notices: Iterable[Notice] = (),
    model_ref: str = "tour",
    library: ModelLibrary | None = None,
    database: DatabaseCheck | None = None,
    probe: Callable[[], EngineProbe] = probe_engine,
    devices: Callable[[], DeviceProbe] = probe_devices,
) -> DoctorReport:
    """Examine this installation. Blocks for about a second; never raises for trouble it finds.

    database: the check of the store, given by whoever has it open. probe, devices: ask an engine process.
    """
    found_versions, found_machine, statuses, engine = versions(), machine(), path_statuses(paths), probe()
    found_devices, library = devices(), library or ModelLibrary(paths)
    findings = [
        *version_findings(found_versions),
        *machine_findings(found_machine),
        *path_findings(statuses),
        *_engine_findings(engine),
        *device_findings(found_devices, graphics(), _layer_bytes(library, model_ref)),
        *(Finding(Level.NOTE, "settings", notice.title, notice.hint) for notice in settings_notices),
        *_model_findings(library, model_ref, found_devices),
        _size_finding(paths, found_devices),
        *_database_findings(database),
        *_states_findings(paths),
    ]
    order = (Level.PROBLEM, Level.NOTE, Level.OK)
    findings.sort(key=lambda finding: order.index(finding.level))
    return DoctorReport(tuple(findings), found_versions, found_machine, statuses, engine, found_devices)


def _engine_findings(engine: EngineProbe) -> list[Finding]:
    level = Level.OK if engine.locked_in else Level.NOTE
    findings = [Finding(level, "engine", engine.lockdown)]
    if engine.locked_in:
        findings += [Finding(Level.NOTE, "engine", f"Not covered: {gap}") for gap in engine.missing]
    return findings


def _layer_bytes(library: ModelLibrary, ref: str) -> int:
    """About what one layer of the chosen model takes, 0 when it cannot be told."""
    try:
        model = library.resolve(ref)
    except OaError:
        return 0
    return model.size_bytes // (model.facts.shape.layers + 1) if model.facts else 0


def _model_findings(library: ModelLibrary, ref: str, devices: DeviceProbe) -> list[Finding]:
    try:
        model = library.resolve(ref)
        need = library.require_fit(model, device_bytes=devices.own_memory_bytes)
    except OaError as error:
        return [problem("model", error)]
    if model.crashed:
        return [
            Finding(
                Level.NOTE,
                "model",
                f"{model.name} did not come up when it was loaded last; it may be loading right now.",
                "Choose it again to try once more, or choose another model.",
            )
        ]
    sentence = f"{model.name} can be loaded and needs about {decimal_size(need.total_bytes)} of memory."
    return [Finding(Level.OK, "model", sentence)]


def _size_finding(paths: AppPaths, devices: DeviceProbe) -> Finding:
    """How large a model may be, for somebody who is about to choose one."""
    largest = largest_model_bytes(machine_with(devices, paths.models), Settings())
    billions = largest / USUAL_BYTES_A_WEIGHT / 1e9
    if billions < _SMALLEST_BILLIONS:
        return Finding(
            Level.NOTE, "model size", "Hardly any model fits in the free memory.", "Close other programs."
        )
    weights = f"{billions:.0f}" if billions >= _WHOLE_BILLIONS else f"{billions:.1f}"
    sentence = f"Models of up to about {decimal_size(largest)} fit: {weights} billion weights in Q4_K_M."
    return Finding(Level.OK, "model size", sentence)


def _states_findings(paths: AppPaths) -> list[Finding]:
    saved = measure(paths.engine_state)
    sentence = f"Saved branches take {decimal_size(saved.size_bytes)} in {paths.engine_state}."
    return [Finding(Level.OK, "resume", sentence)] if saved.files else []


def _database_findings(check: DatabaseCheck | None) -> list[Finding]:
    if check is None:
        return []
    try:
        return list(check())
    except OaError as error:
        return [problem("conversations", error)]


def _plain(value: Any) -> Any:
    """Paths as text, everything else as JSON takes it."""
    if isinstance(value, Path):
        return str(value).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
