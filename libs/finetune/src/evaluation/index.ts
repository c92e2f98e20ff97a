export { binaryCalibrationError, expectedCalibrationError, fitBinaryTemperature, fitTemperature } from './calibration';
export { classificationReport, multiLabelReport, type ClassificationReport } from './classification-report';
export { confusionMatrix, largestConfusions, type Confusion } from './confusion-matrix';
export { defaultMetric, isBetter, metricDirection, metricValue, type MetricName } from './metric';
export { argmaxRows, sigmoids, softmaxRows } from './probabilities';
export { averagePrecision, rocAuc } from './ranking-curves';
export { regressionMetrics, type RegressionMetrics } from './regression-metrics';
export { evaluateClassification, evaluateMultiLabel, evaluateRegression, evaluationReportSchema, type EvaluationReport } from './report';
export { chooseThresholds } from './thresholds';
