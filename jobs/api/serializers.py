from django.utils import timezone
from rest_framework import serializers

from jobs.models import Job
from jobs.presentation import progress_of


class JobSerializer(serializers.ModelSerializer):
    """Arguments, checkpoint and worker are the office's own business and stay inside."""

    subject = serializers.SerializerMethodField()
    label = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    next_step = serializers.SerializerMethodField()
    step = serializers.SerializerMethodField()
    percent = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "label",
            "subject",
            "state",
            "sentence",
            "next_step",
            "step",
            "done",
            "total",
            "percent",
            "attempts",
            "result",
            "error",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested_at",
        ]
        read_only_fields = fields

    def to_representation(self, job):
        # One look at the clock and at the workers for the whole answer.
        self._progress = progress_of(
            job,
            at=self.context.get("at") or timezone.now(),
            worker_alive=self.context.get("worker_alive", True),
        )
        return super().to_representation(job)

    def get_subject(self, job) -> dict[str, str] | None:
        if not job.subject_type:
            return None
        return {"type": job.subject_type, "id": job.subject_id}

    def get_label(self, job) -> str:
        return self._progress.label

    def get_sentence(self, job) -> str:
        return self._progress.sentence

    def get_next_step(self, job) -> str:
        return self._progress.next_step

    def get_step(self, job) -> str:
        return self._progress.step

    def get_percent(self, job) -> int | None:
        return self._progress.percent

    def get_error(self, job) -> dict[str, str] | None:
        if job.state != Job.State.FAILED:
            return None
        return {"code": job.error_code, "message": self._progress.next_step}
